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

  /** What somebody presses in a hurry, perhaps with a glove. */
  const HURRY_PX = 44;
  const IN_A_HURRY = ".acknowledge, .resume, pause-control .begin, escalation-banner summary, button.alert-count, button.silent-count, .ward-head .segments button, .ward-head .reconnect, "
    + ".patient-head .enter, hold-control button, app-bar .logout, sound-control summary";

  const tooSmallInAHurry = () => [...place().querySelectorAll(IN_A_HURRY)].filter((element) => isSeen(element) && element.getBoundingClientRect().height < HURRY_PX - 0.5)
    .map((element) => `${Math.round(element.getBoundingClientRect().height)} px: ${called(element)}`);

  /** The ancestors that cut what leaves them sideways. */
  function* cutters(element) {
    for (let each = element.parentElement; each && each !== document.documentElement; each = each.parentElement) {
      if (getComputedStyle(each).overflowX !== "visible") yield each;
    }
  }

  /** Controls that are not within the window, or within what they are in: nobody can press them. What scrolls downwards is reached by that. */
  function outside() {
    return controls().filter((element) => {
      if (element.closest(".visually-hidden") || element.matches(".visually-hidden")) return false;
      const target = (element.matches("[type=checkbox], [type=radio]") && element.closest("label")) || element;
      const { left, right, bottom } = target.getBoundingClientRect();
      const isFixed = element.closest("#top, dialog > form > footer, dialog > header");
      return left < -0.5 || right > innerWidth + 0.5 || (isFixed && bottom > innerHeight + 0.5)
        || [...cutters(element)].some((each) => { const box = each.getBoundingClientRect(); return left < box.left - 1 || right > box.right + 1; });
    }).map((element) => `${Math.round(element.getBoundingClientRect().left)}–${Math.round(element.getBoundingClientRect().right)} of ${innerWidth}: ${called(element)}`);
  }

  function* texts() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (walker.currentNode.data.trim() && !element.closest(".visually-hidden, [aria-live], script, style, svg, canvas, option") && isSeen(element)) yield [walker.currentNode, element];
    }
  }

  const boxOf = (node, from, to) => {
    const range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, to);
    return range;
  };

  /** Texts that end at an edge in the middle of a letter. Three points say that there is more, and a title what. */
  function clipped() {
    return [...texts()].filter(([node, element]) => {
      const box = boxOf(node, 0, node.length).getBoundingClientRect();
      if (!box.width || getComputedStyle(element).clipPath !== "none") return false;
      for (const each of [element, ...cutters(element)]) {
        const style = getComputedStyle(each), place = each.getBoundingClientRect();
        const isSeenThere = box.top < place.bottom - 1 && box.bottom > place.top + 1;
        if (!isSeenThere) return false;
        if (style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none") return false;
        if (["hidden", "clip"].includes(style.overflowX) && (box.left < place.left - 1.5 || box.right > place.right + 1.5)) return true;
      }
      return false;
    }).map(([node, element]) => `${node.data.trim().slice(0, 60)} in ${called(element)}`);
  }

  /** Words, dates and numbers that go on in the next line. One that is longer than all of the place for it has to; a hyphen or a dash lets it. */
  function brokenWords() {
    const found = [];
    for (const [node, element] of texts()) {
      if (boxOf(node, 0, node.length).getClientRects().length < 2) continue;
      for (const { index, 0: word } of node.data.matchAll(/[^\s\u00ad\u200b\-–—]+/gu)) {
        const lines = [...boxOf(node, index, index + word.length).getClientRects()].filter(({ width }) => width > 0);
        if (new Set(lines.map(({ top }) => Math.round(top))).size < 2) continue;
        const room = (element.closest("td, th, dd, li, p, label, button, a") ?? element).closest("table, dialog, li, p, section, main, .tile")?.clientWidth ?? innerWidth;
        if (lines.reduce((sum, { width }) => sum + width, 0) < room * 0.9) found.push(`${word} in ${called(element)}`);
      }
    }
    return found;
  }

  /** All of what a width can spoil. */
  const spoilt = () => ({ sideways: sideways(), outside: outside(), clipped: clipped(), broken: brokenWords(), hurry: tooSmallInAHurry() });

  globalThis.everybody = { spoilt, smallTargets, unmarkedFocus, headings, voices, languages, sideways };
})();
