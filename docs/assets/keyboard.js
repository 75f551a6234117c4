// Tables and code that are wider than the page scroll by keyboard, too: they can be focused.
const scrolling = ".md-typeset__scrollwrap, pre > code";
const update = () => {
  for (const box of document.querySelectorAll(scrolling)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
addEventListener("load", update);
addEventListener("resize", update);
