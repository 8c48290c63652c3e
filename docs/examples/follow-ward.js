/**
 * Follows a ward, in a browser or in Node 22: `onMessage` gets alerts, what is current (`iot_data`), and every value that came late or while nobody
 * listened (`reading`), once. A page of another origin stands in `FAJMA_ALLOWED_ORIGINS`.
 *
 *     const stop = await followWard({ base: "https://hospital.example/fajma", username, password, ward: 3, onMessage: console.log });
 */
const SILENCE_MS = 25_000;  // the server says something every 10 s: after this the connection is dead
const KEPT_MS = 600_000;  // what devices keep while they cannot send, and date by their own clocks, may be older than the gap: yours may keep more
const PAUSE_MS = 2_000;

export async function followWard({ base, username, password, ward, onMessage, onConnection = () => {} }) {
  const told = new Set();
  let heardAt = Date.now(), socket = null, watch = null, isOver = false;

  const ask = async (path, options = {}) => {
    const answer = await fetch(base + path, { signal: AbortSignal.timeout(10_000), ...options });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer;
  };
  const json = { method: "POST", headers: { "Content-Type": "application/json" } };
  const post = async (path, body) => (await ask(path, { ...json, body: JSON.stringify(body) })).json();
  const { refresh } = await post("/api/token/", { username, password });

  /** Tells each reading of a patient since then that was not told yet. */
  async function catchUp(token, patient, since) {
    let page = `?patient_id=${patient}&limit=1000&debut=${new Date(since - KEPT_MS).toISOString()}`;
    while (page) {
      const answer = await ask(`/api/iot/data/${page}`, { headers: { Authorization: `Bearer ${token}` } });
      const readings = (await answer.json()).filter(({ id }) => !told.has(id));
      for (const data of readings) { told.add(data.id); onMessage({ type: "reading", patient_id: patient, data }); }
      page = /<([^>]*)>; rel="next"/.exec(answer.headers.get("Link") ?? "")?.[1];
    }
  }

  async function connect() {
    try {
      const { access } = await post("/api/token/refresh/", { refresh });  // for 15 minutes; the refresh token stays the same for a day
      if (isOver) return;
      const own = socket = new WebSocket(`${base.replace(/^http/, "ws")}/ws/service/${ward}/`, ["fajma", `bearer.${access}`]), gap = heardAt;
      let isReady = false;
      const listen = () => { clearTimeout(watch); watch = setTimeout(() => own.close(), SILENCE_MS); };
      listen();
      own.onopen = () => onConnection(true);
      own.onmessage = ({ data }) => {
        listen();
        heardAt = Date.now();
        const message = JSON.parse(data), { type, patient_id: patient, depuis } = message;
        isReady ||= type === "ready";
        if (["iot_data", "alert", "alert_update"].includes(type)) onMessage(message);
        // After a gap, and whenever something older came along.
        if (type === "iot_data" && (!isReady || depuis)) catchUp(access, patient, isReady ? Date.parse(depuis) : gap).catch(() => own.close());
      };
      own.onclose = () => { onConnection(false); clearTimeout(watch); if (!isOver) setTimeout(connect, PAUSE_MS); };
    } catch { if (!isOver) setTimeout(connect, PAUSE_MS); }
  }

  await connect();
  return () => { isOver = true; socket?.close(); };
}
