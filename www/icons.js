/** The icons: strokes on a 24 by 24 field, drawn in the colour of the text around them. */
const STROKES = {
  pulse: ["M2 12h4l2.5-7 5 14 2.5-7H22"],
  heartbeat: ["M0 12h6.4c.5 0 .6-.8 1.1-.8s.6.8 1.1.8h1.1l.4.7 1-6.7 1.1 9.2.7-3.2h1.2c.8 0 .9-1.5 1.7-1.5s.9 1.5 1.7 1.5H24"],
  spo2: ["M12 3s6.5 6.6 6.5 11.2a6.5 6.5 0 0 1-13 0C5.5 9.6 12 3 12 3z", "M9 14.5a3 3 0 0 0 3 3"],
  heart_rate: ["M12 20S3.5 14.8 3.5 8.9A4.6 4.6 0 0 1 12 6.6a4.6 4.6 0 0 1 8.5 2.3C20.5 14.8 12 20 12 20z"],
  temperature: ["M10 13.5V5a2 2 0 1 1 4 0v8.5a4.2 4.2 0 1 1-4 0z", "M12 17.2V9"],
  respiratory_rate: ["M12 4v7", "M12 11c-1.5 1-2.5 2-2.5 4v3c0 1.5-1.5 2.5-3 2s-2.8-1.7-2.8-4c0-4 1.6-8.5 4-8.5 1.6 0 1.8 2 1.8 4",
    "M12 11c1.5 1 2.5 2 2.5 4v3c0 1.5 1.5 2.5 3 2s2.8-1.7 2.8-4c0-4-1.6-8.5-4-8.5-1.6 0-1.8 2-1.8 4"],
  systolic_bp: ["M4 17a8.5 8.5 0 1 1 16 0", "M12 15l4-5.5", "M11 16.5h2"],
  diastolic_bp: ["M4 17a8.5 8.5 0 1 1 16 0", "M12 15l-4-5.5", "M11 16.5h2"],
  consciousness: ["M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z", "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z"],
  supplemental_o2: ["M8 8.5C8 6 9.5 4 12 4s4 2 4 4.5V18a2 2 0 0 1-2 2h-4a2 2 0 0 1-2-2z", "M12 4V2", "M8 11h8"],
  clock: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M12 7.5V12l3 2"],
  low: ["M12 5v14", "M6 13l6 6 6-6"],
  high: ["M12 19V5", "M6 11l6-6 6 6"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  error: ["M8.2 2.8h7.6l5.4 5.4v7.6l-5.4 5.4H8.2l-5.4-5.4V8.2z", "M12 7.5v5.5", "M12 16.4v.1"],
  warning: ["M12 3.5L2.5 20h19z", "M12 10v4.5", "M12 17.3v.1"],
  info: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M12 11v5.5", "M12 7.5v.1"],
  connected: ["M2.5 9.5a14 14 0 0 1 19 0", "M6 13.2a9 9 0 0 1 12 0", "M9.2 16.6a4.5 4.5 0 0 1 5.6 0", "M12 19.8v.1"],
  connecting: ["M20.5 12a8.5 8.5 0 1 1-3-6.5"],
  disconnected: ["M3 3l18 18", "M2.5 9.5A14 14 0 0 1 7 6.7", "M11 5.9a14 14 0 0 1 10.5 3.6", "M6 13.2a9 9 0 0 1 4-2", "M9.2 16.6a4.5 4.5 0 0 1 5.6 0", "M12 19.8v.1"],
  refresh: ["M20 5v5h-5", "M19.6 10A8 8 0 1 0 20 14"],
  sun: ["M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z", "M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5"],
  moon: ["M20 14.2A8.5 8.5 0 0 1 9.8 4a8.5 8.5 0 1 0 10.2 10.2z"],
  auto: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M12 3v18", "M12 8h6.8M12 12h9M12 16h6.8"],
  logout: ["M14 4H6v16h8", "M10 12h11", "M17.5 8.5L21 12l-3.5 3.5"],
  close: ["M6 6l12 12M18 6L6 18"],
  back: ["M14.5 5.5L8 12l6.5 6.5"],
  forward: ["M9.5 5.5L16 12l-6.5 6.5"],
  user: ["M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z", "M4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6"],
  eye: ["M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z", "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z"],
  eyeOff: ["M3 3l18 18", "M10 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-2.7 3.5", "M6.2 7.3A16 16 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4.7-1.3", "M10 10a3 3 0 0 0 4.2 4.2"],
  shield: ["M12 3l7.5 3v5.5c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5V6z", "M12 8.5v4.5", "M12 16v.1"],
  device: ["M6 6h12v12H6z", "M9.5 2.5V6M14.5 2.5V6M9.5 18v3.5M14.5 18v3.5M2.5 9.5H6M2.5 14.5H6M18 9.5h3.5M18 14.5h3.5"],
  battery: ["M3 8h15.5v8H3z", "M21.5 11v2"],
  signal: ["M4 19v-3M9.3 19v-7M14.7 19V8.5M20 19V5"],
  bell: ["M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15z", "M10 21h4"],
  key: ["M15.5 3.5a5 5 0 1 0 0 10 5 5 0 0 0 0-10z", "M12 12l-8.5 8.5M6.5 17.5l2.5 2.5", "M16.5 7.5v.1"],
  plus: ["M12 5v14M5 12h14"],
  screen: ["M3 5h18v11.5H3z", "M8.5 20h7M12 16.5V20"],
  phone: ["M7 2.5h10v19H7z", "M11 18.3h2"],
  program: ["M3 4.5h18v15H3z", "M7 9.5l3 2.5-3 2.5M12.5 15H17"],
  bed: ["M3 5v14", "M3 16h18v3", "M21 16v-3a3 3 0 0 0-3-3h-7v6", "M7 9a1.8 1.8 0 1 0 0 3.6A1.8 1.8 0 0 0 7 9z"],
};

const SVG = "http://www.w3.org/2000/svg";

/** The icon of this name; hidden from screen readers, because a text stands beside every one. */
export function icon(name, className = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon ${className}`.trim());
  svg.setAttribute("aria-hidden", "true");
  for (const d of STROKES[name] ?? []) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
