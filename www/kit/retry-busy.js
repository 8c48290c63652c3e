/** Asks for what the server makes only a few of at once, so that one page keeps nobody waiting. */

const ATTEMPTS = 6;
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, 1_000 * seconds));

/** Asks again, a little later, while the server says that it is busy (503) or that this account asks for too much at once (429); what else goes wrong is thrown at once. */
async function retryBusy(ask, pause = wait) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (![429, 503].includes(error.status) || attempt === ATTEMPTS) throw error;
      await pause((error.retryAfter ?? 1) * (0.5 + Math.random()));
    }
  }
}

/**
 * Asks one after the other. Answers as `Promise.allSettled` does.
 * @returns {Promise<any[]>}
 */
export async function inTurn(asks, pause) {
  const answers = [];
  for (const ask of asks) answers.push((await Promise.allSettled([retryBusy(ask, pause)]))[0]);
  return answers;
}
