import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;

/**
 * DefaultMQProducer alone, with the messages of sink-alone.ts.
 *
 * <p>Arguments: name servers, topic, messages, messages before the clock starts, messages a batch (1: none), threads.
 */
public final class SendAlone {
  private static final int BODY_BYTES = 200;

  public static void main(String[] args) throws Exception {
    DefaultMQProducer producer = Producers.start(args[0]);
    String topic = args[1];
    int messages = Integer.parseInt(args[2]);
    int warmUp = Integer.parseInt(args[3]);
    int batch = Integer.parseInt(args[4]);
    int threads = Integer.parseInt(args[5]);
    send(producer, topic, 0, warmUp, batch, threads);
    Clock clock = new Clock();
    send(producer, topic, warmUp, warmUp + messages, batch, threads);
    clock.print();
    producer.shutdown();
  }

  private static void send(
      DefaultMQProducer producer, String topic, int first, int end, int batch, int threads)
      throws InterruptedException {
    byte[] body = new byte[BODY_BYTES];
    Arrays.fill(body, (byte) 'x');
    AtomicInteger next = new AtomicInteger(first);
    Parallel.join(
        Parallel.start(
            threads,
            () -> {
              for (int from = next.getAndAdd(batch); from < end; from = next.getAndAdd(batch)) {
                List<Message> several = new ArrayList<>(batch);
                for (int n = from; n < Math.min(end, from + batch); n++) {
                  several.add(Producers.message(topic, "key-" + n, "bench-" + n, body));
                }
                Producers.send(producer, several);
              }
            }));
  }
}
