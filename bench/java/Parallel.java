import java.util.ArrayList;
import java.util.List;

/** Work in several threads; what goes wrong in one ends the program. */
final class Parallel {
  interface Work {
    void run() throws Exception;
  }

  private Parallel() {}

  static List<Thread> start(int threads, Work work) {
    List<Thread> started = new ArrayList<>();
    for (int n = 0; n < threads; n++) {
      Thread thread = new Thread(() -> runOrExit(work));
      thread.start();
      started.add(thread);
    }
    return started;
  }

  static void join(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void runOrExit(Work work) {
    try {
      work.run();
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
  }
}
