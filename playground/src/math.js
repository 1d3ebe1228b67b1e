// The elementary functions called by tapes: Python's own where it has them.

export const MATH = new Set(
    ("exp expm1 log log1p log2 log10 sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh cbrt pow erf erfc " +
    "abs sqrt floor ceil trunc sign max min hypot fround imul clz32 round").split(" "),
);
