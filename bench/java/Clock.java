import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Time and CPU from its making on. */
final class Clock {
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final long time = System.nanoTime();
  private final long cpu = PROCESS.getProcessCpuTime();

  /** Prints both as JSON, in seconds. */
  void print() {
    double seconds = (System.nanoTime() - time) / 1e9;
    double cpuSeconds = (PROCESS.getProcessCpuTime() - cpu) / 1e9;
    System.out.printf(java.util.Locale.ROOT, "{\"seconds\":%.6f,\"cpuSeconds\":%.6f}%n", seconds, cpuSeconds);
  }
}
