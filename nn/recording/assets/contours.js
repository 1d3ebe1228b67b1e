// Contour lines and regions of a field on a grid, by marching squares.

// A path over the grid of the region above 0, and one of the zero contour.
function contours(field, n, width, height) {
  const [line, region] = [[], []];
  const place = (row, column) => `${((column / (n - 1)) * width).toFixed(2)} ${((row / (n - 1)) * height).toFixed(2)}`;
  for (let row = 0; row + 1 < n; row++) {
    let start = null; // of the run of squares in this row that are entirely inside
    for (let column = 0; column < n; column++) {
      const corners = [[row, column], [row, column + 1], [row + 1, column + 1], [row + 1, column]];
      const values = column + 1 < n ? corners.map(([r, c]) => field[r * n + c]) : [NaN];
      const inside = values.every((value) => value > 0);
      if (inside) start ??= column;
      if (!inside && start !== null) {
        region.push(`M${place(row, start)}L${place(row, column)}L${place(row + 1, column)}L${place(row + 1, start)}Z`);
        start = null;
      }
      if (inside || values.some(Number.isNaN) || !values.some((value) => value > 0)) continue;
      const [cuts, around] = cut(corners, values, place);
      for (let i = 0; i + 1 < cuts.length; i += 2) line.push(`M${cuts[i]}L${cuts[i + 1]}`);
      region.push(`M${around.join("L")}Z`);
    }
  }
  return { line: line.join(""), region: region.join("") };
}

// Where the contour crosses a square's sides, and the outline of the part above 0.
function cut(corners, values, place) {
  const [cuts, around] = [[], []];
  corners.forEach(([row, column], i) => {
    const [one, other] = [values[i], values[(i + 1) % 4]];
    const [toRow, toColumn] = corners[(i + 1) % 4];
    if (one > 0) around.push(place(row, column));
    if (one > 0 === other > 0) return;
    const share = -one / (other - one);
    const crossing = place(row + share * (toRow - row), column + share * (toColumn - column));
    cuts.push(crossing);
    around.push(crossing);
  });
  return [cuts, around];
}
