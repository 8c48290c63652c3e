/**
 * Follows a ward, in a browser or in Node 22: calls `onMessage` with every value and alert.
 *
 *     const stop = await followWard({ base: "https://hospital.example/fajma", username, password, ward: 3, onMessage: console.log });
 *
 * A page of another origin stands in `FAJMA_ALLOWED_ORIGINS`.
 */
const SILENCE_MS = 25_000;  // the server says something every 10 s: after this the connection is dead
const GAP_MS = 290_000;  // of five minutes a ward's readings come in one answer
const PAUSE_MS = 2_000;

export async function followWard({ base, username, password, ward, onMessage, onConnection = () => {} }) {
  let heardAt = Date.now(), socket = null, watch = null, isOver = false;

  const ask = async (path, options = {}) => {
    const answer = await fetch(base + path, { signal: AbortSignal.timeout(10_000), ...options });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  };
  const post = (path, body) => ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

  const { refresh } = await post("/api/token/", { username, password });

  /** Readings since the last message; of a longer gap than five minutes ask /api/iot/data/?patient_id=&debut=. */
  async function fillGap(token) {
    const begin = new Date(Math.max(heardAt, Date.now() - GAP_MS)).toISOString();
    const traces = await ask(`/api/services/${ward}/traces/?debut=${begin}`, { headers: { Authorization: `Bearer ${token}` } });
    for (const [patient, data] of Object.entries(traces)) onMessage({ type: "past", patient_id: Number(patient), data });
  }

  async function connect() {
    try {
      // A token for 15 minutes; the refresh token is good for a day and stays the same.
      const { access } = await post("/api/token/refresh/", { refresh });
      if (isOver) return;
      const own = socket = new WebSocket(`${base.replace(/^http/, "ws")}/ws/service/${ward}/`, ["fajma", `bearer.${access}`]);
      const listen = () => { clearTimeout(watch); watch = setTimeout(() => own.close(), SILENCE_MS); };
      listen();
      own.onopen = () => { onConnection(true); fillGap(access).catch(() => own.close()); };
      own.onmessage = ({ data }) => {
        listen();
        heardAt = Date.now();
        const message = JSON.parse(data);
        if (["iot_data", "alert", "alert_update"].includes(message.type)) onMessage(message);
      };
      own.onclose = () => { onConnection(false); again(); };
    } catch { again(); }
  }

  function again() {
    clearTimeout(watch);
    if (!isOver) setTimeout(connect, PAUSE_MS);
  }

  await connect();
  return () => { isOver = true; socket?.close(); };
}
