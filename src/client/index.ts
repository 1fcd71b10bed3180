/** What programs use: `import { MigrationClient, loadJobFile } from 'rocketlift/client'`. */
export type { Change } from '../job/difference.js';
export { Fault, type FaultInfo, type FaultKind } from '../job/fault.js';
export { type LoadedJob, parseJobText } from '../job/parse.js';
export type { RecordCounts, Report, RunState } from '../job/report.js';
export { loadJobFile } from './load-job-file.js';
export { type Decide, MigrationClient, type Tune } from './migration-client.js';
export type { RunProgress } from './progress.js';
export { parseRun, type RunRef, type RunSelector } from './run-ref.js';
export type { ScheduleDetails } from './schedules/describe.js';
export type { ScheduleListing } from './schedules/list.js';
export type { ScheduledRun } from './schedules/runs.js';
export type { UpdateScheduleOptions } from './schedules/update.js';
