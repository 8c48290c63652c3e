// The replaced system's page, reduced to how it speaks with its server: a token is renewed when a request is refused, every alert that comes is put
// in front of the others, and a socket that closes is opened again five times with the same token.
class OldPage {
  constructor(api, { access, refresh }, patient, pauseMs) {
    Object.assign(this, { api, access, refresh, patient, pauseMs, values: {}, alerts: [], errors: [], connected: false, attempts: 0, opened: 0 });
    this.connect(access);
  }

  async request(path, options = {}) {
    const send = () => fetch(this.api + path, { ...options, headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.access}` } });
    let answer = await send();
    if (answer.status === 401) {
      const renewed = await fetch(`${this.api}/api/token/refresh/`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ refresh: this.refresh }) });
      this.access = (await renewed.json()).access;
      this.renewals = (this.renewals ?? 0) + 1;
      answer = await send();
    }
    return { status: answer.status, body: answer.status === 204 ? null : await answer.json() };
  }

  connect(token) {
    const socket = this.socket = new WebSocket(`${this.api.replace("http", "ws")}/ws/iot/${this.patient}/?token=${token}`);
    socket.onopen = () => { this.connected = true; this.opened += 1; this.attempts = 0; };
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.error) this.errors.push(message.error);
      if (message.type === "iot_data") Object.assign(this.values, message.data);
      if (message.type === "alert") this.alerts.unshift(message.data);
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.connected = false;
      if (this.attempts++ < 5) setTimeout(() => this.connect(token), this.pauseMs);
    };
  }

  seen() {
    const { spo2 } = this.values;
    return { connected: this.connected, spo2: spo2?.valeur ?? null, alerts: this.alerts.map((alert) => alert.type_alerte), errors: this.errors.length };
  }
}
window.OldPage = OldPage;
