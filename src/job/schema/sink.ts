import { z } from 'zod';
import { isTemplate, parseTemplate, templateMistake } from '../template.js';
import { leastTopicLength, MOST_TOPIC_LENGTH, TOPIC_TEMPLATE } from '../topic-template.js';
import { namesrvAddress, proxyAddress } from './addresses.js';
import { createTopic } from './create-topic.js';
import { credentials } from './credentials.js';
import { isReservedProperty } from './reserved-properties.js';
import { tls } from './tls.js';
import { duration, size } from './units.js';

const TOPIC_EXPECTED =
  'the name of a topic: letters, digits, "_", "-", "%" and "|", at most 127; ${table} and ${database} in it stand for those of the input';

const fieldName = z.string().min(1);

const template = (expected: string) =>
  z
    .string()
    .min(1)
    .superRefine((text, context) => {
      const parsed = parseTemplate(text);
      const message = parsed ? templateMistake(parsed) : expected;
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });

const csvBody = z
  .strictObject({
    header: z
      .boolean()
      .default(false)
      .describe('Whether every message begins with a line of the names.')
      .meta({ examples: [true] }),
    delimiter: z
      .string()
      .regex(/^[^"\r\n\0]$/u, { error: 'one character other than a quote, NUL and line ends' })
      .default(',')
      .describe('Between two fields.')
      .meta({ examples: [';'] }),
    quoting: z
      .enum(['minimal', 'all', 'none'])
      .default('minimal')
      .describe(
        'minimal: quotes where a field holds a delimiter, a quote or a line end, and around empty text. all: around every ' +
          'value but null. none: no quotes; a record that needs some is dirty.',
      )
      .meta({ examples: ['all'] }),
    nullText: z
      .string()
      .regex(/^[^",;\t\r\n]*$/, { error: 'a text without quotes, delimiters and line ends' })
      .default('')
      .describe(
        'What stands for null, without quotes; text that is the same stands in quotes. Where it is empty, a record whose line ' +
          'would be empty is dirty: one with a single field, which is null.',
      )
      .meta({ examples: ['\\N'] }),
  })
  .refine(({ nullText, delimiter }) => !nullText.includes(delimiter), {
    path: ['nullText'],
    error: 'a text without the delimiter',
  })
  .prefault({});

/** A job that was checked before has every default written out, also beside bodies of JSON. */
const isDefault = (given: z.output<typeof csvBody>): boolean =>
  JSON.stringify(csvBody.parse(given)) === JSON.stringify(csvBody.parse({}));

const delay = z.union(
  [
    duration(),
    z.strictObject({
      field: fieldName
        .describe('A field with a whole number: how long after it was read a message is delivered.')
        .meta({ examples: ['wait_seconds'] }),
      unit: z
        .enum(['ms', 's', 'm', 'h', 'd'])
        .default('s')
        .describe('Its unit.')
        .meta({ examples: ['s'] }),
    }),
    z.strictObject({
      until: fieldName
        .describe('A column of type timestamp: when a message is delivered.')
        .meta({ examples: ['due_at'] }),
    }),
  ],
  { error: 'a duration such as "10m", { field: wait_seconds, unit: s }, or { until: due_at }' },
);

export const sink = z
  .strictObject({
    endpoints: proxyAddress
      .optional()
      .describe('Address of a RocketMQ 5 proxy (gRPC), host:port; several with ";" between them.')
      .meta({ examples: ['127.0.0.1:8081'] }),
    namesrvAddr: namesrvAddress
      .optional()
      .describe(
        'Address of a name server, host:port; several with ";" between them. Reaches any RocketMQ, from 4.x on, with or without a proxy; ' +
          'messages go straight to the brokers, whose addresses must be reachable as well.',
      )
      .meta({ examples: ['10.0.0.1:9876;10.0.0.2:9876'] }),
    transport: z
      .enum(['proxy', 'nameserver'])
      .optional()
      .describe(
        'How messages reach RocketMQ: through its proxy (endpoints), or by the name server (namesrvAddr). Needed only where both addresses ' +
          'are given.',
      )
      .meta({ examples: ['nameserver'] }),
    credentials: credentials.optional(),
    tls: tls.optional(),
    topic: z
      .string()
      .regex(TOPIC_TEMPLATE, { error: TOPIC_EXPECTED })
      .refine((topic) => leastTopicLength(topic) <= MOST_TOPIC_LENGTH, { error: TOPIC_EXPECTED })
      .describe(
        'A topic of type NORMAL; DELAY for a job with sink.delay, FIFO for one with sink.order: key. It must exist, unless createTopic is given. ' +
          'May hold ${table} and ${database}, so that every table has a topic of its own: of a file these are its name up to the first ' +
          'dot and the name of its folder. All topics, at most 200, are checked before the first row is written.',
      )
      .meta({ examples: ['orders', 'shop-${table}'] }),
    namespace: z
      .string()
      .regex(/^[a-zA-Z0-9_-]{1,64}$/, {
        error: 'the name of a namespace: letters, digits, "_" and "-", at most 64',
      })
      .optional()
      .describe(
        'Namespace of the topic: servers know it as NAMESPACE%TOPIC, which has at most 127 characters.',
      )
      .meta({ examples: ['MQ_INST_shop'] }),
    createTopic: createTopic.optional(),
    tag: template('a tag; a field of the record in it stands in ${ }')
      .refine((tag) => tag.trim() === tag && !/[|\p{Cc}]/u.test(tag.replaceAll(/\$\{[^}]*\}/g, '')), {
        error: 'a tag without "|", control characters and white space around it',
      })
      .optional()
      .describe(
        'Tag of every message. May hold fields of the record: order-${status}, by their names after transform; one whose name has ' +
          '"}" in it, or white space around it, must be renamed for that. A record ' +
          'without a value in one of them is dirty, and so is one whose tag RocketMQ would not take.',
      )
      .meta({ examples: ['order-${status}'] }),
    keyFields: z
      .array(fieldName)
      .min(1)
      .optional()
      .describe(
        'Fields whose values, joined by ":", are the key of a message, beside its record id; names as they are after ' +
          'transform. White space and control characters in them are percent-encoded. A record without a value in one of ' +
          'them is dirty.',
      )
      .meta({ examples: [['id']] }),
    key: template('a key; a field of the record in it stands in ${ }')
      .optional()
      .describe(
        'The key of a message as a text with fields of the record, instead of keyFields, and under the same rules.',
      )
      .meta({ examples: ['eu/${id}'] }),
    properties: z
      .record(
        z
          .string()
          .regex(/^[^\p{Cc}\s]{1,127}$/u, { error: 'a name without white space, at most 127' })
          .refine((name) => !isReservedProperty(name), {
            error: 'a name that neither RocketMQ nor Rocketlift keeps for itself',
          }),
        template('a text; a field of the record in it stands in ${ }'),
      )
      .refine((properties) => Object.keys(properties).length <= 100, { error: 'at most 100 properties' })
      .optional()
      .describe(
        'Properties of every message, by name: texts that may hold fields of the record. One whose field is null is left ' +
          'out, and so is one whose text is empty, as RocketMQ keeps none of those. Properties, tag and keys may have 16 KiB together.',
      )
      .meta({ examples: [{ region: 'eu-${region}' }] }),
    delay: delay
      .optional()
      .describe(
        'When messages are delivered, in a topic of type DELAY: after a fixed time, after a time that stands in a field, or ' +
          'at a time that does; a time counts from when the record was read. Null means at once. Such messages are sent one a request, some hundred a second and more with a higher ' +
          'settings.batch.inFlight or settings.parallelism. RocketMQ takes ' +
          'delays up to a day by its proxy (maxDelayTimeMills) and three by its broker (timerMaxDelaySec), unless it is set up otherwise; RocketMQ 4 takes none. A field that a mask disguises can not be used.',
      )
      .meta({ examples: ['10m', { field: 'wait_seconds', unit: 's' }, { until: 'due_at' }] }),
    format: z
      .enum(['json', 'csv'])
      .default('json')
      .describe('Message bodies: a JSON object, or one line of CSV.')
      .meta({ examples: ['csv'] }),
    csv: csvBody.describe('How CSV bodies are written.'),
    recordsPerMessage: z
      .number()
      .int()
      .min(1)
      .max(500)
      .optional()
      .describe(
        'Packs so many records into a message, at most: a JSON array of objects, or lines of CSV. Their ids stand in the property ' +
          'rocketliftIds. Unless given, a record is a message.',
      )
      .meta({ examples: [50] }),
    order: z
      .enum(['none', 'key'])
      .default('none')
      .describe(
        'none: messages arrive in any order. key: those of equal keys (keyFields or key) keep the order of the source. They go to the same ' +
          'queue of a topic of type FIFO, one request after the other for each queue, and partitions are written one after another. Over the ' +
          'proxy each message is a request, which is much slower than by the name server.',
      )
      .meta({ examples: ['key'] }),
    compressOver: size()
      .refine((bytes) => bytes >= 1, { error: 'a size of one byte or more' })
      .optional()
      .describe(
        'Bodies of so many bytes and more are compressed (zlib), as clients of RocketMQ expect and undo by themselves. It spares the network and ' +
          "the broker's disk, and costs the worker some 10 µs a kilobyte. By the name server only. Unless given, none is.",
      )
      .meta({ examples: ['4 KiB'] }),
    acknowledge: z
      .enum(['stored', 'replicated'])
      .default('stored')
      .describe(
        'What counts as written where a broker has stored messages, but could not flush them to disk or hand them to its replicas in ' +
          'time. stored: they do, and the report counts them apart. replicated: they are sent again a few times, which may ' +
          'duplicate them, and then the run is held, and what has arrived is not asked for after a crash. What a broker waits for is set up there (flushDiskType, brokerRole).',
      )
      .meta({ examples: ['replicated'] }),
  })
  .superRefine((given, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    const { endpoints, namesrvAddr, transport } = given;
    if (endpoints === undefined && namesrvAddr === undefined)
      refuse('endpoints', 'the address of a proxy, or namesrvAddr with that of a name server');
    else if (endpoints !== undefined && namesrvAddr !== undefined && transport === undefined)
      refuse('transport', 'proxy or nameserver, as both endpoints and namesrvAddr are given');
    else if (transport === 'proxy' && endpoints === undefined)
      refuse('transport', 'endpoints beside proxy, or nameserver');
    else if (transport === 'nameserver' && namesrvAddr === undefined)
      refuse('transport', 'namesrvAddr beside nameserver, or proxy');
    if (given.compressOver !== undefined && transportOf(given) === 'proxy')
      refuse('compressOver', 'no compressOver over the proxy: bodies are compressed by the name server only');
    if (
      given.namespace !== undefined &&
      leastTopicLength(`${given.namespace}%${given.topic}`) > MOST_TOPIC_LENGTH
    )
      refuse('namespace', 'a namespace that with topic has at most 127 characters');
    if (given.createTopic) {
      if (namesrvAddr === undefined)
        refuse('createTopic', 'namesrvAddr beside it, also where messages go through a proxy');
      const other = given.delay === undefined ? 'NORMAL' : 'DELAY';
      const type = given.order === 'key' ? 'FIFO' : other;
      if ((given.createTopic.type ?? type) !== type)
        refuse('createTopic', `type ${type}, which is that of the messages of this job`);
    }
    if (given.key !== undefined && given.keyFields) refuse('key', 'either key or keyFields');
    if (given.format !== 'csv' && !isDefault(given.csv))
      refuse('csv', 'no csv beside format json: it says how CSV bodies are written');
    if (given.order === 'key') {
      if (given.key === undefined && !given.keyFields)
        refuse('order', 'keyFields or key beside it: it is by them that messages are ordered');
      if (given.delay !== undefined)
        refuse('order', 'none, as messages that are delivered later keep no order');
    }
    if (given.recordsPerMessage === undefined) return;
    // Records in one message may differ in these.
    for (const field of ['keyFields', 'key', 'properties', 'delay'] as const) {
      if (given[field] !== undefined)
        refuse(field, `no ${field} beside recordsPerMessage: a message of many records has none of its own`);
    }
    if (given.tag !== undefined && isTemplate(given.tag)) {
      refuse(
        'tag',
        'a tag without fields beside recordsPerMessage: records in one message may differ in them',
      );
    }
  });

export type Sink = z.output<typeof sink>;

/** How a job's messages reach RocketMQ. */
export const transportOf = ({
  transport,
  endpoints,
}: Pick<Sink, 'transport' | 'endpoints'>): 'proxy' | 'nameserver' =>
  transport ?? (endpoints === undefined ? 'nameserver' : 'proxy');

/** Where a job's RocketMQ is, as the job says. */
export const addressOf = (sink: Sink): string =>
  (transportOf(sink) === 'proxy' ? sink.endpoints : sink.namesrvAddr) ?? '';

export type CsvBody = Sink['csv'];
export type Delay = NonNullable<Sink['delay']>;
