import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;

/**
 * A plain loader: reads a CSV file, makes every record a JSON message and sends them in batches. The first column is the key.
 *
 * <p>Arguments: name servers, topic, file, columns that are no text (with a comma between two), messages a batch, threads that
 * send.
 */
public final class CsvLoader {
  private static final int BATCHES_READ_AHEAD = 16;

  public static void main(String[] args) throws Exception {
    String topic = args[1];
    Set<String> bare = Set.of(args[3].split(","));
    int batch = Integer.parseInt(args[4]);
    int threads = Integer.parseInt(args[5]);
    Clock clock = new Clock();
    DefaultMQProducer producer = Producers.start(args[0]);
    BlockingQueue<List<Message>> queue = new ArrayBlockingQueue<>(BATCHES_READ_AHEAD);
    List<Thread> senders =
        Parallel.start(
            threads,
            () -> {
              for (List<Message> next = queue.take(); !next.isEmpty(); next = queue.take()) {
                Producers.send(producer, next);
              }
            });
    read(args[2], bare, topic, batch, queue);
    for (int n = 0; n < threads; n++) {
      queue.put(List.of());
    }
    Parallel.join(senders);
    clock.print();
    producer.shutdown();
  }

  private static void read(
      String path, Set<String> bare, String topic, int batch, BlockingQueue<List<Message>> queue)
      throws Exception {
    // As long as the ids that Rocketlift gives.
    String file = String.format("%012x", path.hashCode() & 0xffffffffL);
    try (CsvReader csv = new CsvReader(path)) {
      List<String> names = csv.next(0);
      JsonBody body = new JsonBody(names, bare);
      List<Message> several = new ArrayList<>(batch);
      for (; ; ) {
        long position = csv.position();
        List<String> values = csv.next(names.size());
        if (values == null) {
          break;
        }
        if (values.size() != names.size()) {
          throw new IllegalStateException("another number of fields at " + position);
        }
        several.add(Producers.message(topic, values.get(0), file + "-" + position, body.of(values)));
        if (several.size() == batch) {
          queue.put(several);
          several = new ArrayList<>(batch);
        }
      }
      if (!several.isEmpty()) {
        queue.put(several);
      }
    }
  }
}
