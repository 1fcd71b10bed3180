import {
  ACCESS_RULES,
  busy,
  credentialsMissing,
  internal,
  RULES_BY_TEXT,
  type Rule,
  refusedForm,
  topicNotFound,
  unauthorized,
  unsafe,
} from './fault-rules.js';
import { ANSWER } from './nameserver/protocol.js';
import type { RemotingErrorKind } from './nameserver/remoting-error.js';

/** What to do about servers that can't be reached. */
const MEND_ADDRESS = 'Start RocketMQ, or mend sink.namesrvAddr if it is wrong.';

const unreachable: Rule = {
  code: 'rocketmq_unreachable',
  fault: 'world',
  stored: 'no',
  what: 'RocketMQ can not be reached',
  mend: MEND_ADDRESS,
};

/** What it means that there is no answer. */
export const UNANSWERED: Readonly<Record<RemotingErrorKind, Rule>> = {
  unreachable,
  lost: { ...unreachable, stored: 'maybe' },
  timeout: {
    code: 'rocketmq_timeout',
    fault: 'world',
    stored: 'maybe',
    what: 'no answer from RocketMQ in time',
    mend: MEND_ADDRESS,
  },
  not_a_frame: {
    code: 'not_rocketmq',
    fault: { check: 'user', write: 'world' },
    stored: 'maybe',
    what: 'what answers does not speak the remoting protocol of RocketMQ',
    mend: 'Mend sink.namesrvAddr: the port of a name server, 9876 by default. A proxy is named by sink.endpoints.',
  },
};

const notWritable: Rule = {
  code: 'topic_not_writable',
  fault: { check: 'user', write: 'world' },
  stored: 'no',
  what: 'no queue of topic {topic} can be written to',
  mend: 'Give the topic write permission: mqadmin updateTopicPerm -n NAMESRV -c CLUSTER -t {topic} -p 6. While a broker is down, its queues are gone until it is back.',
};

const queueGone: Rule = {
  code: 'queue_gone',
  fault: 'world',
  stored: 'no',
  what: 'a queue of topic {topic} is not there any more',
  mend: 'Nothing: the queues are looked up again.',
};

const unavailable: Rule = {
  ...internal,
  code: 'rocketmq_unavailable',
  stored: 'no',
  what: 'the broker takes no messages just now',
};

/** Codes that mean one thing. What is not here is told by its text, and the world's otherwise. */
const BY_CODE: Readonly<Record<number, Rule>> = {
  [ANSWER.systemBusy]: busy,
  [ANSWER.flowControl]: busy,
  [ANSWER.notSupported]: {
    code: 'not_a_broker',
    fault: { check: 'user', write: 'world' },
    stored: 'no',
    what: 'what answers is no server of RocketMQ that takes messages',
    mend: 'Mend sink.namesrvAddr: the address of a name server, 9876 by default, not that of a broker or proxy.',
  },
  [ANSWER.flushDiskTimeout]: unsafe,
  [ANSWER.slaveNotAvailable]: unsafe,
  [ANSWER.flushSlaveTimeout]: unsafe,
  [ANSWER.serviceNotAvailable]: unavailable,
  [ANSWER.goAway]: unavailable,
  [ANSWER.topicNotExist]: topicNotFound,
  [ANSWER.notLeaderForQueue]: queueGone,
};

/** What an answer means that says no. */
export function answerRule(code: number, text: string, hasCredentials: boolean): Rule {
  if (code === ANSWER.noPermission) return permissionRule(text, hasCredentials);
  if (/queueId\[.*\] is illegal/i.test(text)) return queueGone;
  const rule = BY_CODE[code] ?? RULES_BY_TEXT.find(([pattern]) => pattern.test(text))?.[1];
  if (rule) return rule;
  return code === ANSWER.messageIllegal ? refusedForm : internal;
}

/** One code covers who somebody is, what they may do, and a broker that takes nothing from anybody. */
function permissionRule(text: string, hasCredentials: boolean): Rule {
  if (/sending message.*is forbidden/i.test(text)) return notWritable;
  if (!hasCredentials) return credentialsMissing;
  return ACCESS_RULES.find(([pattern]) => pattern.test(text))?.[1] ?? unauthorized;
}
