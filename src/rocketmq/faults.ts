import { Fault, type FaultKind } from '../job/fault.js';

/**
 * An error of a request to RocketMQ, and all that follows from it.
 * `stored` tells whether the messages may stand in the topic although the request failed: then sending them again
 * may duplicate them.
 */
export class SinkFault extends Fault {
  readonly stored: 'no' | 'maybe';

  constructor(
    code: string,
    fault: FaultKind,
    stored: 'no' | 'maybe',
    message: string,
    mend: string,
    options?: ErrorOptions,
  ) {
    super({ code, fault, message, mend }, options);
    this.stored = stored;
  }
}

/** What is being done: a topic that is missing is the user's fault in a check, and the world's later on. */
export type Stage = 'check' | 'write';

export interface FaultContext {
  readonly stage: Stage;
  readonly topic: string;
  readonly endpoints: string;
  /** Whether messages were handed to the network at all; if not, none can be stored. @default true */
  readonly sent?: boolean;
}

interface Rule {
  readonly code: string;
  readonly fault: FaultKind | { readonly check: FaultKind; readonly write: FaultKind };
  readonly stored: 'no' | 'maybe';
  readonly what: string;
  readonly mend: string;
}

const WAIT =
  'Nothing: it is tried again until settings.retryFor is over. If it stays, look at the logs of RocketMQ.';
const MEND_RECORD = 'Mend the record in the source.';

const busy: Rule = {
  code: 'rocketmq_busy',
  fault: 'world',
  stored: 'no',
  what: 'RocketMQ has more requests than it can take',
  mend: 'Nothing: it is tried again, slower. Lower settings.parallelism or batch.inFlight if it stays.',
};
const tooLarge: Rule = {
  code: 'message_too_large',
  fault: 'record',
  stored: 'no',
  what: 'the message is larger than RocketMQ takes',
  mend: "Make the record smaller, or raise the broker's maxMessageSize.",
};
const unsafe: Rule = {
  code: 'rocketmq_not_persisted',
  fault: 'world',
  stored: 'maybe',
  what: 'the broker stored the messages, but could not make them safe in time',
  mend: WAIT,
};
const internal: Rule = {
  code: 'rocketmq_internal',
  fault: 'world',
  stored: 'maybe',
  what: 'RocketMQ reports an internal error',
  mend: WAIT,
};
const illegalMessage = (part: string): Rule => ({
  code: 'message_refused',
  fault: 'record',
  stored: 'no',
  what: `RocketMQ refuses the ${part} of the message`,
  mend: MEND_RECORD,
});

/**
 * Status codes of the RocketMQ 5 proxy, from the `Code` enumeration of its protocol
 * (apache/rocketmq-apis, definition.proto). What is not here is the world's.
 */
const STATUS_RULES: Readonly<Record<number, Rule>> = {
  40002: {
    code: 'topic_illegal',
    fault: 'user',
    stored: 'no',
    what: 'RocketMQ refuses the name of topic {topic}',
    mend: 'Mend sink.topic.',
  },
  40004: illegalMessage('tag'),
  40005: illegalMessage('key'),
  40007: illegalMessage('properties'),
  40009: illegalMessage('id'),
  40014: {
    code: 'topic_type',
    fault: 'user',
    stored: 'no',
    what: 'topic {topic} does not take messages of type NORMAL',
    mend: 'Use a topic whose message.type is NORMAL.',
  },
  40016: illegalMessage('body'),
  40100: {
    code: 'unauthorized',
    fault: 'user',
    stored: 'no',
    what: 'RocketMQ refuses the access to topic {topic}',
    mend: 'Ask who runs RocketMQ for an account that may publish to the topic.',
  },
  40300: {
    code: 'forbidden',
    fault: 'user',
    stored: 'no',
    what: 'RocketMQ forbids the access to topic {topic}',
    mend: 'Ask who runs RocketMQ for the permission to publish to the topic.',
  },
  40402: {
    code: 'topic_not_found',
    fault: { check: 'user', write: 'world' },
    stored: 'no',
    what: 'topic {topic} does not exist',
    mend: 'Create it: mqadmin updateTopic -n NAMESRV -c CLUSTER -t {topic} -a +message.type=NORMAL, or mend sink.topic.',
  },
  41300: tooLarge,
  41301: tooLarge,
  41302: illegalMessage('empty body'),
  42900: busy,
  43100: illegalMessage('properties'),
  43101: illegalMessage('properties, too large together'),
  50002: unsafe,
  50400: { ...internal, code: 'rocketmq_timeout', what: 'the proxy had no answer from the broker in time' },
  50401: unsafe,
  50402: unsafe,
};

/** Texts with which a code that can mean anything says that it is the record. */
const RECORD_TEXTS: readonly (readonly [RegExp, Rule])[] = [
  [/message body size exceed|msg size exceed|message size exceed|body size over max/i, tooLarge],
  [/message is illegal|properties length too long/i, illegalMessage('form')],
];

/** gRPC status codes (grpc.io, "Status codes and their use in gRPC") that say something of their own. */
const GRPC = {
  cancelled: 1,
  deadlineExceeded: 4,
  resourceExhausted: 8,
  unimplemented: 12,
} as const;

/** The one place that decides whose fault an error of the proxy is. */
export function sinkFault(error: unknown, context: FaultContext): SinkFault {
  if (error instanceof SinkFault) return error;
  const { code, text } = innermost(error);
  const rule = code >= 20_000 ? statusRule(code, text) : grpcRule(code, text);
  const fault = typeof rule.fault === 'string' ? rule.fault : rule.fault[context.stage];
  const fill = (sentence: string) => sentence.replaceAll('{topic}', context.topic);
  const message = `${fill(rule.what)} (${context.endpoints}: ${code ? `${code} ` : ''}${oneLine(text)})`;
  const stored = context.sent === false ? 'no' : rule.stored;
  return new SinkFault(rule.code, fault, stored, message, fill(rule.mend), { cause: error });
}

function statusRule(code: number, text: string): Rule {
  const rule = STATUS_RULES[code];
  if (rule) return rule;
  return RECORD_TEXTS.find(([pattern]) => pattern.test(text))?.[1] ?? internal;
}

function grpcRule(code: number, text: string): Rule {
  if (code === GRPC.resourceExhausted && /larger than max/i.test(text)) return tooLarge;
  if (code === GRPC.resourceExhausted) return busy;
  if (code === GRPC.unimplemented) {
    return {
      code: 'not_a_proxy',
      fault: 'user',
      stored: 'no',
      what: 'what answers is not a RocketMQ 5 proxy',
      mend: 'Mend sink.endpoints: the gRPC port of a RocketMQ 5 proxy, 8081 by default.',
    };
  }
  // gRPC says by its text alone that a request never left: while it looks for a connection, or has none.
  const neverSent =
    /no connection established|name resolution failed|waiting for lb pick|before call started/i.test(text);
  return {
    code: code === GRPC.deadlineExceeded ? 'rocketmq_timeout' : 'rocketmq_unreachable',
    fault: 'world',
    stored: neverSent ? 'no' : 'maybe',
    what: code === GRPC.deadlineExceeded ? 'no answer from RocketMQ in time' : 'RocketMQ can not be reached',
    mend: 'Start RocketMQ, or mend sink.endpoints if they are wrong.',
  };
}

/** The official client wraps the error that matters: the code and text lie at the end of the chain of causes. */
function innermost(error: unknown): { code: number; text: string } {
  let last: unknown = error;
  for (let depth = 0; depth < 8; depth++) {
    const cause = (last as { cause?: unknown } | null)?.cause;
    if (!(cause instanceof Error)) break;
    last = cause;
  }
  const { code, details, message } = (last ?? {}) as { code?: unknown; details?: unknown; message?: unknown };
  const text = typeof details === 'string' && details !== '' ? details : String(message ?? last);
  return { code: typeof code === 'number' ? code : 0, text };
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 300);
