import { delay } from "./backoff.js";

/** Resolves after `ms`, or rejects when `signal` aborts or has aborted. */
const pause = (ms, signal) => new Promise((resolve, reject) => {
  signal.throwIfAborted();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
});

/**
 * Does `work` until it succeeds and returns what it returned. A refusal (a 4xx) is thrown at once, everything else is
 * tried again for ever, because a wall display has nobody who would press reload. `failed` is called with each failure.
 * `wait(ms, signal)` is the pause between two attempts.
 */
export async function keepTrying(work, signal, failed = (error) => {}, wait = pause) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (error.status === undefined || (error.status >= 400 && error.status < 500)) throw error;
      failed(error);
    }
    await wait(delay(attempt), signal);
  }
}
