import { Fault, type FaultKind } from '../job/fault.js';
import { NO_REDACTION, type Redact } from './credentials.js';
import {
  ACCESS_RULES,
  busy,
  credentialsMissing,
  internal,
  isUnknownTopic,
  RULES_BY_TEXT,
  type Rule,
  STATUS_RULES,
  tooLarge,
  topicNotFound,
} from './fault-rules.js';
import type { MessageType } from './message-type.js';
import { RefusedError, RemotingError } from './nameserver/remoting-error.js';
import { answerRule, UNANSWERED } from './remoting-rules.js';
import { tlsRule } from './tls-faults.js';

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
  /** Where RocketMQ is, as the job says. */
  readonly endpoints: string;
  /** The type of the messages that are sent. */
  readonly messageType: MessageType;
  /** Whether messages were handed to the network at all; if not, none can be stored. @default true */
  readonly sent?: boolean;
  /** Whether the job has credentials: without any, RocketMQ asks for some. @default false */
  readonly hasCredentials?: boolean;
  /** Whether the job connects by TLS. @default false */
  readonly hasTls?: boolean;
  /** Takes the job's secrets out of what RocketMQ says. @default nothing is taken out */
  readonly redact?: Redact;
}

/** gRPC status codes (grpc.io, "Status codes and their use in gRPC") that say something of their own. */
const GRPC = {
  cancelled: 1,
  deadlineExceeded: 4,
  resourceExhausted: 8,
  unimplemented: 12,
} as const;

/** The one place that decides whose fault an error of a request is, by whichever transport it was sent. */
export function sinkFault(error: unknown, context: FaultContext): SinkFault {
  if (error instanceof SinkFault) return error;
  const last = innermost(error);
  if (last instanceof Fault) return connectionFault(last, context);
  const { rule, code, text } = ruleOf(error, last, context);
  return faultByRule(rule, text, context, { code, cause: error });
}

/**
 * What a rule says of a failure.
 * @param text what RocketMQ or the network says of it, with which code, if any
 */
export function faultByRule(
  rule: Rule,
  text: string,
  context: FaultContext,
  { code = 0, cause }: { readonly code?: number; readonly cause?: unknown } = {},
): SinkFault {
  const fault = typeof rule.fault === 'string' ? rule.fault : rule.fault[context.stage];
  const fill = (sentence: string) =>
    sentence.replaceAll('{topic}', context.topic).replaceAll('{type}', context.messageType);
  const { redact = NO_REDACTION } = context;
  const said = oneLine(redact(text));
  const message = `${fill(rule.what)} (${context.endpoints}: ${code ? `${code} ` : ''}${said})`;
  const stored = context.sent === false ? 'no' : rule.stored;
  // The error itself may hold the headers of the request, with who asked and the proof.
  const because = context.hasCredentials ? new Error(said) : cause;
  return new SinkFault(rule.code, fault, stored, message, fill(rule.mend), { cause: because });
}

/** What keeps a connection from being made on this machine, such as a file: once a run writes it may be mended at any time. */
function connectionFault(cause: Fault, { stage }: FaultContext): SinkFault {
  const { code, fault, message, mend } = cause;
  return new SinkFault(code, stage === 'write' ? 'world' : fault, 'no', message, mend, { cause });
}

/**
 * What an error means, and what RocketMQ or the network said of it; a code of 0 where there is none.
 * @param last the one at the end of its chain of causes
 */
function ruleOf(
  error: unknown,
  last: unknown,
  context: FaultContext,
): { rule: Rule; code: number; text: string } {
  const tls = tlsRule(last);
  if (error instanceof RemotingError) {
    return { rule: tls ?? unanswered(error, context), code: 0, text: error.message };
  }
  if (error instanceof RefusedError) {
    const { code, message: text } = error;
    return { rule: answerRule(code, text, context.hasCredentials ?? false), code, text };
  }
  const { code, text } = saidBy(last);
  const rule = tls ?? (code >= 20_000 ? statusRule(code, text, context) : grpcRule(code, text, context));
  return { rule, code, text };
}

function unanswered({ kind }: RemotingError, context: FaultContext): Rule {
  return kind === 'lost' ? hungUp(UNANSWERED[kind], context) : UNANSWERED[kind];
}

/** Who speaks nothing but TLS takes a connection and hangs up without a word. So does a server that is stopped, which a run sees more often. */
function hungUp(rule: Rule, { stage, hasTls = false }: FaultContext): Rule {
  if (hasTls || stage === 'write') return rule;
  return { ...rule, mend: `${rule.mend} If it speaks nothing but TLS, say how: sink.tls.` };
}

const UNAUTHORIZED = 40100;

function statusRule(code: number, text: string, { hasCredentials = false }: FaultContext): Rule {
  if (code === UNAUTHORIZED) {
    if (!hasCredentials) return credentialsMissing;
    const refused = ACCESS_RULES.find(([pattern]) => pattern.test(text))?.[1];
    if (refused) return refused;
  }
  if (isUnknownTopic(code, text)) return topicNotFound;
  const rule = STATUS_RULES[code];
  if (rule) return rule;
  return RULES_BY_TEXT.find(([pattern]) => pattern.test(text))?.[1] ?? internal;
}

function grpcRule(code: number, text: string, context: FaultContext): Rule {
  if (code === GRPC.resourceExhausted && /larger than max/i.test(text)) return tooLarge;
  if (code === GRPC.resourceExhausted) return busy;
  if (code === GRPC.unimplemented) {
    return {
      code: 'not_a_proxy',
      // A gateway before the proxy answers so as well while there is none behind it.
      fault: { check: 'user', write: 'world' },
      stored: 'no',
      what: 'what answers is not a RocketMQ 5 proxy',
      mend: 'Mend sink.endpoints: the gRPC port of a RocketMQ 5 proxy, 8081 by default.',
    };
  }
  // gRPC says by its text alone that a request never left: while it looks for a connection, or has none.
  const neverSent =
    /no connection established|name resolution failed|waiting for lb pick|before call started/i.test(text);
  const rule: Rule = {
    code: code === GRPC.deadlineExceeded ? 'rocketmq_timeout' : 'rocketmq_unreachable',
    fault: 'world',
    stored: neverSent ? 'no' : 'maybe',
    what: code === GRPC.deadlineExceeded ? 'no answer from RocketMQ in time' : 'RocketMQ can not be reached',
    mend: 'Start RocketMQ, or mend sink.endpoints if they are wrong.',
  };
  return /last error: failed to connect/i.test(text) ? hungUp(rule, context) : rule;
}

/** The official client wraps the error that matters: it lies at the end of the chain of causes. */
function innermost(error: unknown): unknown {
  let last: unknown = error;
  for (let depth = 0; depth < 8 && !(last instanceof Fault); depth++) {
    const cause = (last as { cause?: unknown } | null)?.cause;
    if (!(cause instanceof Error)) break;
    last = cause;
  }
  return last;
}

/** gRPC's errors have a code and details, those of TLS a reason in short. */
function saidBy(error: unknown): { code: number; text: string } {
  const { code, details, reason, message } = (error ?? {}) as Partial<Record<string, unknown>>;
  const [text] = [details, reason, message].filter((one) => typeof one === 'string' && one !== '');
  return { code: typeof code === 'number' ? code : 0, text: String(text ?? error) };
}

/** On one line, without what the client and the broker add that helps nobody. */
const oneLine = (text: string) =>
  text
    .replace(/^\[request-id=\S* response-code=\d+\]\s*/, '')
    .replace(/\s*For more information, please visit the url, \S+/, '')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 300);
