// A worker that logs all it can: node debug-worker.mjs TASK_QUEUE. It says READY when it polls.
import { installLog } from '../../dist/worker/log.js';
import { startWorker } from '../../dist/worker/worker.js';

installLog({ level: 'debug', format: 'json' });
const worker = await startWorker({ taskQueue: process.argv[2] });
process.on('SIGTERM', () => void worker.stop());
console.error('READY');
await worker.done;
