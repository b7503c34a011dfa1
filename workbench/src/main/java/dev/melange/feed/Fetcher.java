package dev.melange.feed;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Fetches sources over HTTP without being led astray: a host is resolved once, its address checked,
 * and that very address connected to; redirects go through the same checks, at most three of them.
 */
public final class Fetcher {
  private static final int MAX_REDIRECTS = 3;
  private static final Pattern TYPES =
      Pattern.compile(
          "(?i)^(?:text/(?:plain|csv|xml|x-bibtex)|application/(?:[a-z]+\\+)?(?:xml|json|x-bibtex))"
              + "(?![a-z0-9+.-])");

  private final FetchPolicy policy;
  private final String userAgent;
  private final Clock clock;
  private final Resolver resolver;

  /** Finds the addresses of a host. */
  interface Resolver {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  /**
   * A fetcher.
   *
   * @param policy what may be fetched
   * @param userAgent names the program, and whom to write to
   * @param clock tells the time, for {@code Retry-After} dates
   */
  public Fetcher(FetchPolicy policy, String userAgent, Clock clock) {
    this(policy, userAgent, clock, InetAddress::getAllByName);
  }

  Fetcher(FetchPolicy policy, String userAgent, Clock clock, Resolver resolver) {
    if (!userAgent.matches("[ -~]+")) {
      throw new IllegalArgumentException("the user agent holds other than printable ASCII signs");
    }
    this.policy = policy;
    this.userAgent = userAgent;
    this.clock = clock;
    this.resolver = resolver;
  }

  /**
   * Fetches an address.
   *
   * @param address http or https, as the policy permits
   * @param etag of the answer before, or null
   * @param lastModified of the answer before, or null
   * @throws ImportException if the address, or one it leads to, is not to be fetched
   * @throws IOException if the source cannot be reached, or what it sends is no HTTP, too large or
   *     too slow
   */
  public Fetched get(String address, String etag, String lastModified) throws IOException {
    URI uri = parse(address);
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("User-Agent", userAgent);
    headers.put("Accept", "application/atom+xml, application/json, text/*;q=0.8");
    headers.put("Accept-Encoding", "identity");
    headers.put("Connection", "close");
    if (etag != null && etag.matches("[!-~]{1,500}")) {
      headers.put("If-None-Match", etag);
    }
    if (lastModified != null && lastModified.matches("[ -~]{1,100}")) {
      headers.put("If-Modified-Since", lastModified);
    }
    long deadline = System.nanoTime() + policy.timeout().toNanos();
    for (int redirects = 0; ; redirects++) {
      policy.require(uri);
      HttpReply reply = request(uri, headers, deadline);
      boolean moved = reply.status() >= 301 && reply.status() <= 308 && reply.status() != 304;
      if (!moved) {
        requireText(uri, reply);
        return reply.fetched(clock.instant());
      }
      String to = reply.header("location");
      if (to == null || redirects == MAX_REDIRECTS) {
        throw new IOException(
            "%s redirects %s".formatted(uri.getHost(), to == null ? "nowhere" : "too often"));
      }
      uri = uri.resolve(parse(to));
    }
  }

  /** Papers come as text of some kind; whatever else a host has is not for us. */
  private static void requireText(URI uri, HttpReply reply) throws IOException {
    String type = reply.header("content-type");
    if (reply.status() == 200 && type != null && !TYPES.matcher(type).find()) {
      throw new IOException(
          "%s sends '%s', expected XML, JSON, CSV, BibTeX or plain text"
              .formatted(uri.getHost(), type.length() <= 60 ? type : type.substring(0, 60)));
    }
  }

  private static URI parse(String address) {
    try {
      return new URI(address.strip());
    } catch (URISyntaxException e) {
      throw new ImportException("the address cannot be read: " + e.getReason());
    }
  }

  private HttpReply request(URI uri, Map<String, String> headers, long deadline)
      throws IOException {
    boolean secure = "https".equalsIgnoreCase(uri.getScheme());
    int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
    InetAddress[] addresses = resolver.addresses(uri.getHost());
    for (InetAddress address : addresses) {
      policy.require(uri.getHost(), address); // one bad address among them is one too many
    }
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(addresses[0], port), left(deadline));
      plain.setSoTimeout(left(deadline));
      try (Socket socket = secure ? secured(plain, uri.getHost(), port) : plain) {
        StringBuilder request = new StringBuilder("GET ").append(target(uri));
        request.append(" HTTP/1.1\r\nHost: ").append(uri.getHost());
        request.append(uri.getPort() >= 0 ? ":" + port : "").append("\r\n");
        headers.forEach(
            (name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
        return HttpReply.exchange(
            socket, request.append("\r\n").toString(), policy.maxBytes(), deadline);
      }
    }
  }

  private static String target(URI uri) {
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  /** TLS over the connection to the checked address; the certificate must be the host's. */
  private static Socket secured(Socket plain, String host, int port) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            ((SSLSocketFactory) SSLSocketFactory.getDefault())
                .createSocket(plain, host, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  /** The milliseconds until the deadline. */
  static int left(long deadline) throws InterruptedIOException {
    long millis = (deadline - System.nanoTime()) / 1_000_000;
    if (millis <= 0) {
      throw new InterruptedIOException("the source is too slow");
    }
    return (int) Math.min(Integer.MAX_VALUE, millis);
  }
}
