export { migration } from './migration.js';
export { scheduledMigration } from './scheduled-migration.js';
