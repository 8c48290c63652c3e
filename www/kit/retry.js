import { delay } from "./backoff.js";

/** Resolves after `ms`, or rejects when `signal` aborts. */
const pause = (ms, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
});

/**
 * Does `work` until it succeeds and returns what it returned. A refusal (a 4xx) is thrown at once, everything else is
 * tried again for ever, because a wall display has nobody who would press reload. `failed` hears of each failure.
 */
export async function keepTrying(work, signal, failed = () => {}) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (error.status === undefined || (error.status >= 400 && error.status < 500)) throw error;
      failed(error);
    }
    await pause(delay(attempt), signal);
  }
}
