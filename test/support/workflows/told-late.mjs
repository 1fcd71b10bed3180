import { condition, defineQuery, defineSignal, setHandler, upsertMemo } from '@temporalio/workflow';

/** @param {number} lateMs how long after its beginning a signal counts as late, in milliseconds */
export async function toldLate(lateMs) {
  const began = Date.now();
  let told = false;
  setHandler(defineQuery('told'), () => told);
  setHandler(defineSignal('tell'), () => {
    // A command that hangs on the time, as the notes of a run do.
    if (Date.now() - began >= lateMs) upsertMemo({ late: true });
    told = true;
  });
  await condition(() => told);
}
