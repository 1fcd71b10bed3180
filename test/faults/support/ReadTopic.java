import java.util.List;
import java.util.Set;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** Reads a topic to its end with RocketMQ's own client, and prints the record id of each message, and its broker. */
public class ReadTopic {
    private static final int AT_ONCE = 1000;

    public static void main(String[] args) throws Exception {
        DefaultMQPullConsumer consumer = new DefaultMQPullConsumer("rocketlift-tests-java");
        consumer.setNamesrvAddr(args[0]);
        consumer.start();
        StringBuilder lines = new StringBuilder();
        Set<MessageQueue> queues = consumer.fetchSubscribeMessageQueues(args[1]);
        for (MessageQueue queue : queues) {
            long end = consumer.maxOffset(queue);
            for (long offset = consumer.minOffset(queue); offset < end; ) {
                PullResult result = consumer.pull(queue, "*", offset, AT_ONCE);
                if (result.getPullStatus() != PullStatus.FOUND) {
                    throw new IllegalStateException(queue + "@" + offset + ": " + result.getPullStatus());
                }
                List<MessageExt> messages = result.getMsgFoundList();
                for (MessageExt message : messages) {
                    lines.append(message.getUserProperty("rocketliftId")).append(' ').append(queue.getBrokerName()).append('\n');
                }
                offset = result.getNextBeginOffset();
            }
        }
        consumer.shutdown();
        System.out.print(lines);
        System.out.flush();
        System.exit(0);
    }
}
