/** The outline of each severity's mark, in parts of its size, the same shapes as its icon: octagon, triangle, ring. */
const octagon = [[-0.6, -1], [0.6, -1], [1, -0.6], [1, 0.6], [0.6, 1], [-0.6, 1], [-1, 0.6], [-1, -0.6]];
const triangle = [[0, -1], [1, 0.9], [-1, 0.9]];
export const SHAPES = { error: octagon, warning: triangle };

/** Draws the mark of an alert on a trace, at its foot, where no value is hidden by it; `line` leads the eye up from it. */
export function paintMark(pen, color, severity, x, height, size, line) {
  const middle = height - size - 1;
  pen.fillStyle = pen.strokeStyle = color;
  if (line) {
    pen.lineWidth = size / 5;
    pen.setLineDash([size / 2, size / 2]);
    pen.beginPath();
    pen.moveTo(x, 0);
    pen.lineTo(x, middle - size);
    pen.stroke();
    pen.setLineDash([]);
  }
  pen.beginPath();
  if (SHAPES[severity]) {
    for (const [dx, dy] of SHAPES[severity]) pen.lineTo(x + dx * size, middle + dy * size);
    return pen.fill();
  }
  pen.lineWidth = size / 2;
  pen.arc(x, middle, size * 0.75, 0, 2 * Math.PI);
  pen.stroke();
}
