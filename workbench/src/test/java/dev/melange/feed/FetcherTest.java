package dev.melange.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server that misbehaves. */
class FetcherTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC);

  private ServerSocket server;
  private final BlockingQueue<String> answers = new ArrayBlockingQueue<>(10);
  private final BlockingQueue<String> requests = new ArrayBlockingQueue<>(10);

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::serve, "test-server");
    thread.setDaemon(true);
    thread.start();
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        byte[] request = new byte[8192];
        int read = socket.getInputStream().read(request);
        requests.add(new String(request, 0, Math.max(0, read), StandardCharsets.US_ASCII));
        OutputStream out = socket.getOutputStream();
        String answer = answers.take();
        out.write(answer.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
        if (answer.endsWith("...")) { // and then nothing, with the connection open
          socket.getInputStream().read();
        }
      } catch (IOException e) {
        // the client went away, or the test has ended
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private String url() {
    return "http://127.0.0.1:" + server.getLocalPort() + "/list?x=1";
  }

  private static Fetcher fetcher(boolean publicOnly, int millis) {
    return new Fetcher(
        new FetchPolicy(Set.of("127.0.0.1"), publicOnly, 1000, Duration.ofMillis(millis)),
        "test/1",
        CLOCK);
  }

  private Fetched get(String answer) throws IOException {
    answers.add(answer);
    return fetcher(false, 5000).get(url(), null, null);
  }

  @Test
  void asksConditionallyAndReadsWhatComes() throws Exception {
    answers.add("HTTP/1.1 200 OK\nETag: \"b\"\nContent-Length: 4\n\nbody and more");
    Fetched answer = fetcher(false, 5000).get(url(), "\"a\"", "Sun, 01 Mar 2026 00:00:00 GMT");
    assertThat(answer.body()).asString().isEqualTo("body");
    assertThat(answer.etag()).isEqualTo("\"b\"");
    assertThat(requests.take())
        .startsWith("GET /list?x=1 HTTP/1.1\r\nHost: 127.0.0.1:")
        .contains(
            "User-Agent: test/1\r\n",
            "If-None-Match: \"a\"\r\n",
            "If-Modified-Since: Sun, 01 Mar 2026 00:00:00 GMT\r\n");
    Fetched chunked =
        get("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n2;x=y\nde\n0\n\n");
    assertThat(chunked.body()).asString().isEqualTo("abcde");
    assertThat(get("HTTP/1.1 304 Not Modified\n\n").status()).isEqualTo(304);
    assertThat(get("HTTP/1.0 200 OK\n\nto the end").body()).asString().isEqualTo("to the end");
    assertThat(get("HTTP/1.1 503 No\nRetry-After: 120\nContent-Length: 0\n\n").retryAfter())
        .isEqualTo(Duration.ofMinutes(2));
    assertThat(get("HTTP/1.1 429 No\nRetry-After: Sun, 01 Mar 2026 12:00:30 GMT\n\n").retryAfter())
        .isEqualTo(Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH\n",
        "HTTP/1.1 200 OK\nContent-Length: 10\n\nshort",
        "HTTP/1.1 200 OK\nContent-Length: -1\n\n",
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nzz\n",
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nab",
        "HTTP/1.1 200 OK\nContent-Encoding: gzip\n\nx",
        "HTTP/1.1 200 OK\nno colon\n\n",
        "HTTP/1.1 200",
        "HTTP/1.1 302 Found\n\n"
      })
  void refusesAnswersThatAreNone(String answer) {
    assertThatThrownBy(() -> get(answer)).isInstanceOf(IOException.class);
  }

  /** DNS rebinding: the address that was checked is the one that is connected to. */
  @Test
  void asksForAddressesOnceAndStaysWithTheAnswer() throws Exception {
    InetAddress here = InetAddress.getLoopbackAddress();
    List<InetAddress[]> turns =
        List.of(
            new InetAddress[] {here}, new InetAddress[] {InetAddress.getByName("169.254.169.254")});
    int[] asked = new int[1];
    Fetcher fetcher =
        new Fetcher(
            new FetchPolicy(Set.of("allowed.example"), false, 1000, Duration.ofSeconds(5)),
            "test/1",
            CLOCK,
            host -> turns.get(asked[0]++));
    answers.add("HTTP/1.1 200 OK\nContent-Length: 2\n\nok");
    String url = "http://allowed.example:" + server.getLocalPort() + "/";
    assertThat(fetcher.get(url, null, null).body()).asString().isEqualTo("ok");
    assertThat(asked[0]).isEqualTo(1);
    Fetcher strict =
        new Fetcher(
            new FetchPolicy(Set.of("allowed.example"), true, 1000, Duration.ofSeconds(5)),
            "test/1",
            CLOCK,
            host ->
                new InetAddress[] {
                  InetAddress.getByName("151.101.1.42"), InetAddress.getByName("10.0.0.1")
                });
    assertThatThrownBy(() -> strict.get("https://allowed.example/", null, null))
        .isInstanceOf(ImportException.class)
        .hasMessage("allowed.example has the address 10.0.0.1, which is not public");
  }

  @Test
  void takesTextsOnly() throws Exception {
    for (String type :
        List.of(
            "application/atom+xml; charset=utf-8", "application/json", "TEXT/CSV", "text/xml")) {
      assertThat(get("HTTP/1.1 200 OK\nContent-Type: " + type + "\n\nx").contentType())
          .isEqualTo(type);
    }
    for (String type : List.of("text/html", "image/png", "application/zip", "text/plainer", "x")) {
      assertThatThrownBy(() -> get("HTTP/1.1 200 OK\nContent-Type: " + type + "\n\nx"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("expected XML, JSON, CSV, BibTeX or plain text");
    }
  }

  @Test
  void endsWithSourcesThatAreTooLargeOrTooSlow() {
    assertThatThrownBy(() -> get("HTTP/1.1 200 OK\n\n" + "x".repeat(1001)))
        .hasMessage("the source sends more than 1,000 bytes");
    assertThatThrownBy(() -> get("HTTP/1.1 200 OK\nX: " + "x".repeat(20_000)))
        .hasMessage("the source sends a line without end");
    answers.add("HTTP/1.1 200 OK\nContent-Length: 100\n\n...");
    long start = System.nanoTime();
    assertThatThrownBy(() -> fetcher(false, 300).get(url(), null, null))
        .isInstanceOf(IOException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void followsRedirectsOnlyWhereItMayGo() {
    assertThatThrownBy(() -> get("HTTP/1.1 302 Found\nLocation: http://10.0.0.1/secret\n\n"))
        .isInstanceOf(ImportException.class)
        .hasMessageStartingWith("10.0.0.1 is not among the hosts");
    assertThatThrownBy(() -> get("HTTP/1.1 302 Found\nLocation: file:///etc/passwd\n\n"))
        .hasMessageContaining("does not begin with https://");
    for (int i = 0; i < 4; i++) {
      answers.add("HTTP/1.1 302 Found\nLocation: /again\n\n");
    }
    assertThatThrownBy(() -> fetcher(false, 5000).get(url(), null, null))
        .hasMessage("127.0.0.1 redirects too often");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1",
        "https://127.0.0.1",
        "https://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://2130706433",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://localhost/",
        "https://127.0.0.1.evil.example/",
        "https://arxiv.org@127.0.0.1/",
        "https://127.0.0.1#@arxiv.org/",
        "HTTPS://127.0.0.1:443/",
        "gopher://127.0.0.1/",
        "https://allowed@127.0.0.1/",
        "file:///etc/passwd",
        "jar:file:///x!/y",
        "ftp://127.0.0.1/x",
        "https://evil.example/",
        "https:///nothing",
        "not an address"
      })
  void fetchesFromPublicAddressesOfKnownHostsOnly(String address) {
    assertThatThrownBy(() -> fetcher(true, 5000).get(address, null, null))
        .isInstanceOf(ImportException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.9.9.9",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "192.0.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "2001:0:7f00:1::1",
        "::7f00:1",
        "fec0::1",
        "192.88.99.1",
        "ff02::1"
      })
  void knowsAddressesThatAreNotPublic(String address) throws IOException {
    assertThat(FetchPolicy.isPublic(InetAddress.getAllByName(address)[0])).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"151.101.1.42", "8.8.8.8", "2a04:4e42::1"})
  void knowsPublicAddresses(String address) throws IOException {
    assertThat(FetchPolicy.isPublic(InetAddress.getAllByName(address)[0])).isTrue();
  }
}
