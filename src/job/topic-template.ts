/** Which table an input holds, by which topics can be named. */
export interface TableName {
  readonly table: string;
  readonly database: string;
}

/** What a topic may be made of, as the job writes it: characters that RocketMQ takes, and the two names. */
export const TOPIC_TEMPLATE = /^(?:[%|a-zA-Z0-9_-]|\$\{(?:table|database)\})+$/;

/** Characters of a topic's name, its namespace included. */
export const MOST_TOPIC_LENGTH = 127;

const NAME = /\$\{(table|database)\}/g;

/** Whether the topic depends on the table. */
export const isTopicTemplate = (topic: string): boolean => topic.includes('${');

/** How many characters the topic has at least, whatever the table. */
export const leastTopicLength = (topic: string): number => topic.replaceAll(NAME, '').length;

/**
 * The topic of a table. Whether RocketMQ takes such a name has to be looked at.
 * @param table may be absent where the topic is no template
 */
export function topicOf({ topic }: { readonly topic: string }, table: TableName | undefined): string {
  if (!isTopicTemplate(topic)) return topic;
  if (!table) throw new TypeError(`the topic ${topic} of no table`);
  return topic.replaceAll(NAME, (_, name: keyof TableName) => table[name]);
}
