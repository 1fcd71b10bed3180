import java.io.Closeable;
import java.io.FileReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads records of CSV in UTF-8: in quotes, delimiters, line ends and doubled quotes are text. */
final class CsvReader implements Closeable {
  private static final int END = -1;
  private final Reader reader;
  private final char[] buffer = new char[256 * 1024];
  private final StringBuilder field = new StringBuilder();
  private int at;
  private int length;
  private long taken;

  CsvReader(String path) throws IOException {
    reader = new FileReader(path, StandardCharsets.UTF_8);
  }

  /** Characters before the next record. */
  long position() {
    return taken + at;
  }

  /** The next record; null at the end. */
  List<String> next(int columns) throws IOException {
    int c = read();
    if (c == END) {
      return null;
    }
    List<String> fields = new ArrayList<>(columns);
    for (; ; c = read()) {
      field.setLength(0);
      c = c == '"' ? quoted() : plain(c);
      fields.add(field.toString());
      if (c == ',') {
        continue;
      }
      if (c == '\r') {
        c = read();
      }
      if (c != '\n' && c != END) {
        throw new IOException("text behind a quote, before " + position());
      }
      return fields;
    }
  }

  /** Takes a field without quotes; what ended it. */
  private int plain(int first) throws IOException {
    int c = first;
    for (; c != ',' && c != '\n' && c != '\r' && c != END; c = read()) {
      field.append((char) c);
    }
    return c;
  }

  private int quoted() throws IOException {
    for (; ; ) {
      int c = read();
      if (c == '"') {
        c = read();
        if (c != '"') {
          return c;
        }
      }
      if (c == END) {
        throw new IOException("the end within quotes");
      }
      field.append((char) c);
    }
  }

  private int read() throws IOException {
    if (at == length) {
      taken += length;
      at = 0;
      length = Math.max(0, reader.read(buffer));
      if (length == 0) {
        return END;
      }
    }
    return buffer[at++];
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
