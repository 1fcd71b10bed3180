import { type FaultKind, NOT_SAFE } from '../job/fault.js';

/** What an answer of RocketMQ means. In its texts `{topic}` stands for the topic's name, `{type}` for the messages' type. */
export interface Rule {
  readonly code: string;
  readonly fault: FaultKind | { readonly check: FaultKind; readonly write: FaultKind };
  readonly stored: 'no' | 'maybe';
  readonly what: string;
  readonly mend: string;
}

const WAIT =
  'Nothing: it is tried again until settings.retryFor is over. If it stays, look at the logs of RocketMQ.';
const MEND_RECORD = 'Mend the record in the source.';

export const busy: Rule = {
  code: 'rocketmq_busy',
  fault: 'world',
  stored: 'no',
  what: 'RocketMQ has more requests than it can take',
  mend: 'Nothing: it is tried again, slower. Lower settings.parallelism or batch.inFlight if it stays.',
};
export const tooLarge: Rule = {
  code: 'message_too_large',
  fault: 'record',
  stored: 'no',
  what: 'the message is larger than RocketMQ takes',
  mend: "Make the record smaller, or raise the broker's maxMessageSize.",
};
export const unsafe: Rule = {
  code: NOT_SAFE,
  fault: 'world',
  stored: 'maybe',
  what: 'the broker stored the messages, but could not flush or replicate them in time',
  mend: 'Look at the disk of the broker and at its replicas, then let the run continue; or accept what is stored: sink.acknowledge: stored.',
};
export const internal: Rule = {
  code: 'rocketmq_internal',
  fault: 'world',
  stored: 'maybe',
  what: 'RocketMQ reports an internal error',
  mend: WAIT,
};
const delayTooLong: Rule = {
  code: 'delay_too_long',
  fault: 'record',
  stored: 'no',
  what: 'the message is to be delivered later than RocketMQ takes',
  mend: "Mend the record, or raise the proxy's maxDelayTimeMills and the broker's timerMaxDelaySec.",
};
export const delayNotEnabled: Rule = {
  code: 'delay_not_enabled',
  fault: 'user',
  stored: 'no',
  what: 'the broker delivers no messages at a given time',
  mend: "Set timerWheelEnable=true in the broker's configuration, which takes RocketMQ 5, or remove sink.delay.",
};
export const topicNotFound: Rule = {
  code: 'topic_not_found',
  fault: { check: 'user', write: 'world' },
  stored: 'no',
  what: 'topic {topic} does not exist',
  mend: 'Create it: mqadmin updateTopic -n NAMESRV -c CLUSTER -t {topic} -a +message.type={type}, or mend sink.topic. With local servers: rocketlift dev up --topic {topic}:{type}.',
};
/** A topic that is for messages of another type. */
export const topicType: Rule = {
  code: 'topic_type',
  fault: 'user',
  stored: 'no',
  what: 'topic {topic} does not take messages of type {type}',
  mend: 'Use a topic whose message.type is {type} (DELAY for a job with sink.delay, FIFO for one with sink.order: key, NORMAL for others): mqadmin updateTopic -n NAMESRV -c CLUSTER -t TOPIC -a +message.type={type}.',
};
const illegalMessage = (part: string): Rule => ({
  code: 'message_refused',
  fault: 'record',
  stored: 'no',
  what: `RocketMQ refuses the ${part} of the message`,
  mend: MEND_RECORD,
});

/** A message that is refused, and nothing tells for which part of it. */
export const refusedForm: Rule = illegalMessage('form');

const refused = (code: string, what: string, mend: string): Rule => ({
  code,
  fault: 'user',
  stored: 'no',
  what,
  mend,
});

export const unauthorized: Rule = refused(
  'unauthorized',
  'RocketMQ refuses the access to topic {topic}',
  'Ask who runs RocketMQ for an account that may publish to the topic.',
);

/** What 40100 means to a job without credentials, whatever RocketMQ says of it. */
export const credentialsMissing: Rule = refused(
  'credentials_missing',
  'RocketMQ asks who publishes to topic {topic}, and the job has no credentials',
  'Say who does, in the job file: credentials: { accessKey: "${env:NAME}", secretKey: "${env:NAME}" } under sink.',
);

export const topicIllegal: Rule = refused(
  'topic_illegal',
  'RocketMQ refuses the name of topic {topic}',
  'Mend sink.topic.',
);

export const createNotPermitted: Rule = refused(
  'create_not_permitted',
  'topic {topic} does not exist, and the account may not create it',
  'Ask who runs RocketMQ to create it, or to allow that: mqadmin createAcl -n NAMESRV -c CLUSTER -s User:ACCOUNT -r Topic:{topic} -a Pub,Create -d Allow. By ACL 1.0 it takes an account with admin: true.',
);

export const clusterUnclear: Rule = refused(
  'cluster_unclear',
  'it is not clear in which cluster topic {topic} is to be created',
  'Name one of them: sink.createTopic.cluster.',
);

/** An account that may publish, and not ask what became of that. */
export const verifyNotPermitted: Rule = refused(
  'verify_not_permitted',
  'the account may not ask what topic {topic} holds',
  'Ask who runs RocketMQ to allow it: mqadmin createAcl -n NAMESRV -c CLUSTER -s User:ACCOUNT -r Topic:{topic} -a Pub,Get -d Allow; by ACL 1.0, {topic}=PUB|SUB among the topicPerms of the account. Or set verify: none.',
);

/** An account that may publish, and not read what it has published. */
export const readNotPermitted: Rule = refused(
  'read_not_permitted',
  'the account may not read topic {topic}',
  'Ask who runs RocketMQ to allow it: mqadmin createAcl -n NAMESRV -c CLUSTER -s User:ACCOUNT -r Topic:{topic},Group:TOOLS_CONSUMER -a Pub,Sub,Get -d Allow; by ACL 1.0, {topic}=PUB|SUB among the topicPerms of the account and TOOLS_CONSUMER=SUB among its groupPerms. And that the topic may be read: mqadmin updateTopicPerm -p 6.',
);

export const indexDisabled: Rule = refused(
  'index_disabled',
  'a broker of topic {topic} finds no messages by their keys',
  'Set messageIndexEnable=true in its configuration, or use verify: count.',
);

const MAY_NOT_PUBLISH = 'the account may not publish to topic {topic}';

/** 40100 covers who somebody is and what they may do; only the texts of RocketMQ's ACL 2.0 tell which it was. */
export const ACCESS_RULES: readonly (readonly [RegExp, Rule])[] = [
  [
    // ACL 1.0 (4.4 to 5.3) keeps accounts in files of the brokers.
    /no default permission/i,
    refused(
      'no_permission',
      MAY_NOT_PUBLISH,
      'Ask who runs RocketMQ to allow it: {topic}=PUB among the topicPerms of the account, in conf/plain_acl.yml of the brokers.',
    ),
  ],
  [
    /check signature failed/i,
    refused(
      'wrong_secret_key',
      'RocketMQ knows the account, but not by this secret key',
      'Put the right secret where sink.credentials.secretKey points to, on every worker. Where that is a variable, start the worker again.',
    ),
  ],
  [
    /has no permission|need admin permission/i,
    refused(
      'no_permission',
      MAY_NOT_PUBLISH,
      'Ask who runs RocketMQ to allow it: mqadmin createAcl -n NAMESRV -c CLUSTER -s User:ACCOUNT -r Topic:{topic} -a Pub -d Allow.',
    ),
  ],
  [
    /is disabled/i,
    refused(
      'account_disabled',
      'the account is disabled in RocketMQ',
      'Ask who runs RocketMQ to enable it: mqadmin updateUser -n NAMESRV -c CLUSTER -u ACCOUNT -s enable.',
    ),
  ],
  [
    /user:.* not found|no acl config for|no PlainAccessResource/i,
    refused(
      'unknown_access_key',
      'RocketMQ knows no account of this access key',
      'Put the right access key where sink.credentials.accessKey points to, on every worker, or ask who runs RocketMQ for an account that may publish to topic {topic}.',
    ),
  ],
];

/**
 * Status codes of the RocketMQ 5 proxy, from the `Code` enumeration of its protocol
 * (apache/rocketmq-apis, definition.proto). What is not here is the world's.
 */
export const STATUS_RULES: Readonly<Record<number, Rule>> = {
  40002: topicIllegal,
  40004: illegalMessage('tag'),
  40005: illegalMessage('key'),
  40007: illegalMessage('properties'),
  40009: illegalMessage('id'),
  40012: delayTooLong,
  40014: topicType,
  40016: illegalMessage('body'),
  40100: unauthorized,
  40300: {
    code: 'forbidden',
    fault: 'user',
    stored: 'no',
    what: 'RocketMQ forbids the access to topic {topic}',
    mend: 'Ask who runs RocketMQ for the permission to publish to the topic.',
  },
  40402: topicNotFound,
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

/**
 * A proxy that compares a message's type with its topic's says of a topic that it does not know any more that its type is
 * not specified, and not that it is missing.
 */
export const isUnknownTopic = (code: number, text: string): boolean =>
  code === 40014 && text.includes('the expected type is UNSPECIFIED');

/** Texts with which a code that can mean anything says what it means. */
export const RULES_BY_TEXT: readonly (readonly [RegExp, Rule])[] = [
  [/message body size exceed|msg size exceed|message size exceed|body size over max/i, tooLarge],
  [/timer message illegal/i, delayTooLong],
  [/timer message is under flow control/i, busy],
  [/accurate timer message is not enabled/i, delayNotEnabled],
  [/message is illegal|properties length too long/i, refusedForm],
];
