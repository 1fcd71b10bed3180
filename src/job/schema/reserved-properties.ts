/**
 * The properties that RocketMQ 5.4.0 keeps for itself (`MessageConst`). Its proxy refuses most of them; the others it
 * takes, and then the broker acts on them: INNER_MULTI_DISPATCH, for one, puts a message into further queues.
 */
const NAMES = new Set(
  (
    '1ST_POP_TIME ARRIVE_TIME BORN_TIMESTAMP BUYER_ID CHECK_IMMUNITY_TIME_IN_SECONDS CLUSTER CONSUME_START_TIME ' +
    'CORRECTION_FLAG CORRELATION_ID DELAY DLQ_ORIGIN_MESSAGE_ID DLQ_ORIGIN_TOPIC DUP_INFO E_T EXTEND_UNIQ_INFO INNER_BASE ' +
    'INNER_MULTI_DISPATCH INNER_MULTI_QUEUE_OFFSET INNER_NUM INSTANCE_ID KEYS MAX_OFFSET MAX_RECONSUME_TIMES MIN_OFFSET ' +
    'MQ2_FLAG MSG_REGION MSG_TYPE ORIGIN_GROUP ORIGIN_MESSAGE_ID PGROUP POP_CK POP_CK_OFFSET PROPERTY_FORWARD_QUEUE_ID ' +
    'PUSH_REPLY_TIME REAL_QID REAL_TOPIC RECONSUME_TIME REDIRECT REPLY_TO_CLIENT RETRY_TOPIC TAGS TRACE_CONTEXT TRACE_ON ' +
    'TRANSACTION_CHECK_TIMES TRANSFER_FLAG TRANS_OFFSET TRAN_MSG TRAN_PREPARED_QUEUE_OFFSET TTL UNIQ_KEY WAIT _SYS_MSG_PRIORITY_'
  ).split(' '),
);

/** Families of such names, and those that carry record ids. */
const FAMILY = /^(?:TIMER_|__|rocketlift)/;

/** Whether RocketMQ or Rocketlift keeps a property's name for itself. */
export const isReservedProperty = (name: string): boolean => NAMES.has(name) || FAMILY.test(name);
