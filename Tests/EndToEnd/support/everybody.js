/**
 * What must hold of every page for everybody, and what axe does not look at. Each function gives the list of what is wrong; it runs
 * in the page, put there by test_accessible.py.
 */
(() => {
  const TARGET_PX = 24;
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";

  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && element.getClientRects().length > 0;
  const called = (element) => element.outerHTML.slice(0, 140);
  /** While a dialog is open, nothing else can be reached. */
  const place = () => document.querySelector("dialog:modal") ?? document;
  const controls = () => [...place().querySelectorAll(CONTROLS)].filter((element) => isSeen(element) && !element.disabled && element.tabIndex >= 0);

  /** What a finger meets: of a tick or a choice its label, too. A link amid a sentence or a cell's text goes with its line (WCAG 2.5.8). */
  function smallTargets() {
    return controls().filter((element) => {
      const target = (element.matches("[type=checkbox], [type=radio]") && element.closest("label")) || element;
      const { width, height } = target.getBoundingClientRect();
      const isInline = element.localName === "a" && getComputedStyle(element).display === "inline";
      return !isInline && (width < TARGET_PX - 0.5 || height < TARGET_PX - 0.5);
    }).map((element) => `${Math.round(element.getBoundingClientRect().width)}×${Math.round(element.getBoundingClientRect().height)} ${called(element)}`);
  }

  /** An outline round the control, or round its label where the control itself is not drawn. */
  function isMarked(element) {
    return [element, element.closest("label")].filter(Boolean).some((each) => {
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(each);
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && !/, 0\)$|^transparent$/.test(outlineColor);
    });
  }

  /** As somebody with a keyboard would have it: a key must have been pressed before. */
  function unmarkedFocus() {
    const before = document.activeElement;
    const wrong = controls().filter((element) => {
      element.focus({ preventScroll: true });
      return document.activeElement === element && !isMarked(element);
    }).map(called);
    before?.focus?.({ preventScroll: true });
    return wrong;
  }

  /** One first heading, and none that leaves a step out. */
  function headings() {
    const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((heading) => isSeen(heading) || heading.matches(".visually-hidden"))
      .filter((heading) => !heading.closest("dialog")).map((heading) => Number(heading.localName[1]));
    const wrong = levels.filter((level) => level === 1).length === 1 ? [] : [`first headings: ${levels}`];
    return levels.some((level, i) => level > (levels[i - 1] ?? 0) + 1) ? [...wrong, `a step is left out: ${levels}`] : wrong;
  }

  /** One voice that waits and one that interrupts, whatever the page shows. */
  function voices() {
    const found = [...document.querySelectorAll("[aria-live]")].filter((element) => !element.closest("dialog")).map((element) => element.getAttribute("aria-live")).sort();
    return found.join() === "assertive,polite" ? [] : [`aria-live: ${found}`];
  }

  function languages() {
    const page = document.documentElement.lang;
    const others = [...document.querySelectorAll("body [lang]")].map((element) => element.lang).filter((lang) => !["fr", "en"].includes(lang));
    return ["fr", "en"].includes(page) && !others.length ? [] : [`lang: ${page}, ${others}`];
  }

  /** Nobody scrolls sideways; where something does, it is named. */
  function sideways() {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const over = [...document.querySelectorAll("body *")].filter((element) => isSeen(element) && !element.closest(".visually-hidden, svg > *") && element.getBoundingClientRect().right > clientWidth + 0.5);
    return [`${scrollWidth} px`, ...over.filter((element) => ![...element.children].some((child) => over.includes(child))).slice(0, 4).map(called)];
  }

  globalThis.everybody = { smallTargets, unmarkedFocus, headings, voices, languages, sideways };
})();
