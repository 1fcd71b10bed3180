import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Makes a record a JSON object. */
final class JsonBody {
  private final List<String> names;
  private final boolean[] isText;
  private final StringBuilder json = new StringBuilder();

  /** @param bare columns whose values stand in JSON as they are: numbers and truth values */
  JsonBody(List<String> names, Set<String> bare) {
    this.names = names;
    isText = new boolean[names.size()];
    for (int i = 0; i < isText.length; i++) {
      isText[i] = !bare.contains(names.get(i));
    }
  }

  byte[] of(List<String> values) {
    json.setLength(0);
    for (int i = 0; i < isText.length; i++) {
      json.append(i == 0 ? '{' : ',');
      text(names.get(i));
      json.append(':');
      if (isText[i]) {
        text(values.get(i));
      } else {
        json.append(values.get(i));
      }
    }
    return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  private void text(String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        case '\b' -> json.append("\\b");
        case '\f' -> json.append("\\f");
        default -> {
          if (c < ' ') {
            json.append(String.format("\\u%04x", (int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    json.append('"');
  }
}
