import java.util.List;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;

/** What both programs do with RocketMQ's client. */
final class Producers {
  private Producers() {}

  static DefaultMQProducer start(String namesrvAddr) throws Exception {
    DefaultMQProducer producer = new DefaultMQProducer("rocketlift-bench");
    producer.setNamesrvAddr(namesrvAddr);
    // A busy machine must not end a measurement: by default three seconds, for sends and for routes.
    producer.setSendMsgTimeout(30_000);
    producer.setMqClientApiTimeout(30_000);
    producer.start();
    return producer;
  }

  /** A message with the tag, keys and property that Rocketlift gives one. */
  static Message message(String topic, String key, String id, byte[] body) {
    Message message = new Message(topic, "bench", key + " " + id, body);
    message.putUserProperty("rocketliftId", id);
    return message;
  }

  /** Sends one message alone, several as one batch. */
  static void send(DefaultMQProducer producer, List<Message> messages) {
    try {
      SendResult result =
          messages.size() == 1 ? producer.send(messages.get(0)) : producer.send(messages);
      if (result.getSendStatus() != SendStatus.SEND_OK) {
        throw new IllegalStateException("not stored: " + result);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
