import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;

/** What record.mjs records: RocketMQ's own client sends one message, then three in a batch, then asks for a topic that is missing. */
public class Send {
    public static void main(String[] args) throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer("recorded");
        producer.setNamesrvAddr(args[0]);
        producer.setClientIP("127.0.0.1");
        producer.start();
        producer.send(message(args[1], 0));
        List<Message> batch = new ArrayList<>();
        for (int n = 1; n <= 3; n++) {
            batch.add(message(args[1], n));
        }
        producer.send(batch);
        try {
            producer.fetchPublishMessageQueues(args[1] + "-missing");
            throw new IllegalStateException("a topic that should be missing");
        } catch (MQClientException expected) {
            System.out.println(expected.getErrorMessage());
        }
        producer.shutdown();
    }

    private static Message message(String topic, int n) throws Exception {
        Message message = new Message(topic, "tag-" + n, "key-" + n, ("{\"n\":" + n + ",\"text\":\"é世界\"}").getBytes("UTF-8"));
        message.putUserProperty("origin", "record é " + n);
        return message;
    }
}
