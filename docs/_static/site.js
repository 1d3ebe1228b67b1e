// What can be scrolled can be reached by keyboard.
function reachable() {
  for (const block of document.querySelectorAll("pre, math, .math, figure, .table-wrapper, .drawing, .cell_output .output, .sidebar-scroll, .toc-scroll")) {
    const style = getComputedStyle(block);
    const wide = block.scrollWidth > block.clientWidth && /auto|scroll/.test(style.overflowX);
    const tall = block.scrollHeight > block.clientHeight && /auto|scroll/.test(style.overflowY);
    block.classList.toggle("scrolls", wide);
    if (wide || tall) block.tabIndex = 0;
    else block.removeAttribute("tabindex");
  }
}

reachable();
addEventListener("load", reachable);
addEventListener("resize", reachable);

// Two complementary regions need two names.
document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "The site");
document.querySelector(".toc-drawer")?.setAttribute("aria-label", "This page");
