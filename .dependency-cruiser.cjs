/**
 * The house of docs/architecture.md: imports go one way.
 * Each room may import itself, the rooms listed for it, and packages; nothing else.
 */
const ROOMS = {
  job: [],
  // Which folders jobs may use is asked wherever a path of theirs is used.
  folders: ['job'],
  sources: ['job', 'folders'],
  // A record is what a source hands out: its types only.
  records: ['job', 'sources/source'],
  secrets: ['job', 'folders'],
  codec: ['job'],
  rocketmq: ['job', 'folders', 'secrets'],
  dirty: ['job', 'folders'],
  pipeline: ['job', 'records', 'sources/source', 'rocketmq', 'dirty'],
  replay: ['job', 'folders', 'sources', 'dirty'],
  activities: ['job', 'codec', 'folders', 'records', 'sources', 'rocketmq', 'dirty', 'pipeline', 'replay'],
  // Clients and workers find Temporal in the same way.
  worker: ['job', 'codec', 'folders', 'activities', 'client/temporal-config'],
  client: ['job', 'codec', 'workflows/definitions'],
  dev: ['job'],
};

const within = (rooms) =>
  `^src/(${rooms.map((room) => (room.includes('/') ? `${room}\\.ts$` : `${room}/`)).join('|')})`;

module.exports = {
  forbidden: [
    ...Object.entries(ROOMS).map(([room, below]) => ({
      name: `${room}-imports-what-is-below`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: within([room, ...below]) },
    })),
    {
      name: 'workflows-take-only-types-from-below',
      comment:
        'Workflow code is replayed: it may run nothing from below but the plain data functions of job/.',
      severity: 'error',
      from: { path: '^src/workflows/' },
      to: { path: '^src/', pathNot: '^src/(workflows|job)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflows-take-only-types-of-the-schema',
      comment: 'With it zod would come along, which is most of a bundle.',
      severity: 'error',
      from: { path: '^src/workflows/' },
      to: { path: '^src/job/schema/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflows-use-nothing-of-node',
      severity: 'error',
      from: { path: '^src/workflows/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'job-does-no-input-or-output',
      severity: 'error',
      from: { path: '^src/job/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?path$' },
    },
    {
      name: 'values-then-transform-then-message',
      comment: 'What a transform makes is what messages are made of; nothing before it knows of messages.',
      severity: 'error',
      from: { path: '^src/records/(values|transform)/' },
      to: { path: '^src/records/message/', reachable: true },
    },
    {
      name: 'values-know-no-transform',
      severity: 'error',
      from: { path: '^src/records/values/' },
      to: { path: '^src/records/transform/', reachable: true },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
