const SVG = "http://www.w3.org/2000/svg";

/**
 * `svg("path", {d: "…", class: "mean"}, child, …)`: an element of a drawing; `text` becomes its text.
 * @param {string} tag
 * @param {{text?: string, [attribute: string]: any}} attributes
 * @param {(Node | null)[]} children
 */
export function svg(tag, { text, ...attributes } = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  element.append(...children.filter(Boolean));
  return element;
}
