package dev.melange.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTest {
  private static final byte[] BYTES = new byte[300_000];

  static {
    new Random(17).nextBytes(BYTES);
  }

  @TempDir Path folder;
  private MischievousServer server;

  @BeforeEach
  void start() throws IOException {
    server = new MischievousServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static SetFile file(byte[] contents, URI... urls) throws IOException {
    ContentHash hash = ContentHash.of(Source.of("contents", contents));
    return new SetFile("data.bin", hash.bytes(), hash.sha256(), List.of(urls));
  }

  private DataSets sets(SetFile file) {
    return sets(
        new NamedSet(
            "mine",
            "a test",
            URI.create("http://localhost/"),
            "none",
            "mine",
            List.of(file),
            Optional.empty(),
            ""));
  }

  private DataSets sets(NamedSet set) {
    return new DataSets(
        Optional.empty(),
        folder,
        List.of(set),
        new Downloader(Duration.ofSeconds(5), Duration.ofMillis(500)));
  }

  private Path part() {
    return folder.resolve("mine/.data.bin.part");
  }

  private void arrives(SetFile file) throws IOException {
    LocatedSet set = sets(file).get("mine", Progress.NONE);
    assertThat(set.path("data.bin")).hasBinaryContent(BYTES);
    assertThat(set.differences()).isEmpty();
    assertThat(part()).doesNotExist();
  }

  private void fails(SetFile file, String... messages) {
    assertThatThrownBy(() -> sets(file).get("mine", Progress.NONE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("could not fetch data.bin")
        .hasMessageContainingAll(messages);
    assertThat(folder.resolve("mine/data.bin")).doesNotExist();
    assertThat(sets(file).find("mine")).isEmpty();
  }

  @Test
  void fetchesOnceAndTellsHowFarItIs() throws IOException {
    SetFile file = file(BYTES, server.on("/x", MischievousServer.good(BYTES)));
    List<Long> received = new ArrayList<>();
    DataSets sets = sets(file);
    assertThatThrownBy(() -> sets.where("mine"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("run 'melange data get mine'")
        .hasMessageContaining("mine/data.bin");
    sets.get(
        "mine",
        (name, done, total) -> {
          assertThat(name).isEqualTo("data.bin");
          assertThat(total).isEqualTo(BYTES.length);
          received.add(done);
        });
    assertThat(received).isSorted().endsWith((long) BYTES.length);
    sets.get("mine", Progress.NONE);
    assertThat(server.ranges()).containsExactly("all");
  }

  @Test
  void goesOnAfterAnInterruption() throws IOException {
    arrives(file(BYTES, server.on("/x", MischievousServer.breakOff(BYTES, 120_000))));
    assertThat(server.ranges()).hasSize(3).startsWith("all");
    assertThat(server.ranges().get(1)).startsWith("bytes=");
  }

  @Test
  void keepsWhatItHasForTheNextRun() throws IOException {
    SetFile broken = file(BYTES, server.on("/x", MischievousServer.breakOff(BYTES, 50_000)));
    fails(broken, "the connection ended after", "are kept: run the command again to go on");
    long kept = Files.size(part());
    assertThat(kept).isPositive();
    arrives(file(BYTES, server.on("/y", MischievousServer.good(BYTES))));
    assertThat(server.ranges()).endsWith("bytes=" + kept + "-");
  }

  @Test
  void beginsAgainWhereTheServerIgnoresRanges() throws IOException {
    Files.createDirectories(folder.resolve("mine"));
    Files.write(part(), Arrays.copyOf(BYTES, 1000));
    arrives(file(BYTES, server.on("/x", MischievousServer.whole(BYTES))));
  }

  @Test
  void beginsAgainWhenTheOldPartIsWrong() throws IOException {
    Files.createDirectories(folder.resolve("mine"));
    Files.write(part(), new byte[1000]);
    arrives(file(BYTES, server.on("/x", MischievousServer.good(BYTES))));
    assertThat(server.ranges()).containsExactly("bytes=1000-", "all");
  }

  @Test
  void beginsAgainWhenTheOldPartIsTooLong() throws IOException {
    Files.createDirectories(folder.resolve("mine"));
    Files.write(part(), new byte[BYTES.length + 5]);
    arrives(file(BYTES, server.on("/x", MischievousServer.good(BYTES))));
  }

  @Test
  void beginsAgainWhenTheServerSendsAnotherRange() throws IOException {
    Files.createDirectories(folder.resolve("mine"));
    Files.write(part(), Arrays.copyOf(BYTES, 1000));
    arrives(
        file(
            BYTES,
            server.on(
                "/x",
                exchange -> {
                  boolean ranged = exchange.getRequestHeaders().getFirst("Range") != null;
                  exchange.getResponseHeaders().set("Content-Range", "bytes 0-299999/300000");
                  exchange.sendResponseHeaders(ranged ? 206 : 200, BYTES.length);
                  exchange.getResponseBody().write(BYTES);
                })));
  }

  @Test
  void refusesCorruptedContents() throws IOException {
    byte[] corrupted = BYTES.clone();
    corrupted[150_000] ^= 1;
    fails(
        file(BYTES, server.on("/x", MischievousServer.good(corrupted))),
        "the contents are not the expected ones: SHA-256",
        "expected");
    assertThat(server.ranges()).hasSize(1);
    assertThat(part()).isEmptyFile();
  }

  @Test
  void refusesContentsOfWrongLength() throws IOException {
    fails(
        file(BYTES, server.on("/x", MischievousServer.good(Arrays.copyOf(BYTES, 299_000)))),
        "299,000 bytes, expected 300,000");
    fails(
        file(BYTES, server.on("/y", MischievousServer.good(new byte[900_000]))),
        "the server sends 900,000 bytes or more; the contents have 300,000");
    fails(
        file(
            BYTES,
            server.on(
                "/z",
                exchange -> {
                  exchange.sendResponseHeaders(200, 0);
                  byte[] piece = new byte[1 << 16];
                  try {
                    while (true) {
                      exchange.getResponseBody().write(piece);
                    }
                  } catch (IOException e) {
                    assertThat(e).isNotNull();
                  }
                })),
        "bytes or more; the contents have 300,000");
  }

  @Test
  void triesTheNextAddress() throws IOException {
    arrives(
        file(
            BYTES,
            server.on("/gone", MischievousServer.status(404)),
            server.on("/broken", MischievousServer.status(500)),
            server.on("/x", MischievousServer.good(BYTES))));
    assertThat(server.ranges()).hasSize(5);
  }

  @Test
  void tellsWhatTheServerAnswered() throws IOException {
    fails(
        file(BYTES, server.on("/gone", MischievousServer.status(404))),
        "/gone: the server answered 404");
  }

  @Test
  void followsRedirectsWithinReason() throws IOException {
    server.on("/x", MischievousServer.good(BYTES));
    URI second = server.on("/second", MischievousServer.redirect("/x"));
    arrives(file(BYTES, server.on("/first", MischievousServer.redirect(second.toString()))));
  }

  @Test
  void refusesRedirectsThatLeadNowhere() throws IOException {
    server.on("/b", MischievousServer.redirect("/a"));
    fails(file(BYTES, server.on("/a", MischievousServer.redirect("/b"))), "in a circle");
    fails(
        file(BYTES, server.on("/endless/", e -> longer(e.getRequestURI()).to(e))),
        "more than 5 times");
    fails(
        file(BYTES, server.on("/file", MischievousServer.redirect("file:///etc/passwd"))),
        "file:///etc/passwd, which is not http");
    fails(
        file(BYTES, server.on("/odd", MischievousServer.redirect("http://[bad"))),
        "which is not an address");
  }

  private static MischievousServer.Answer longer(URI uri) {
    return MischievousServer.redirect(uri + "x");
  }

  @Test
  void givesUpOnAServerThatStalls() throws IOException {
    CountDownLatch end = new CountDownLatch(1);
    try {
      fails(
          file(
              BYTES,
              server.on(
                  "/x",
                  exchange -> {
                    exchange.sendResponseHeaders(200, BYTES.length);
                    exchange.getResponseBody().write(BYTES, 0, 1000);
                    exchange.getResponseBody().flush();
                    try {
                      assertThat(end.await(20, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                      throw new IOException(e);
                    }
                  })),
          "timed out");
    } finally {
      end.countDown();
    }
  }

  @Test
  void keepsGzipAndChecksItsContents() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(BYTES);
    }
    SetFile file = file(BYTES, server.on("/x.gz", MischievousServer.good(out.toByteArray())));
    LocatedSet set = sets(file).get("mine", Progress.NONE);
    assertThat(set.path("data.bin")).hasFileName("data.bin.gz");
    assertThat(set.source("data.bin").open()).hasBinaryContent(BYTES);
  }

  @Test
  void refusesToWorkBesideAnotherProcess() throws IOException {
    SetFile file = file(BYTES, server.on("/x", MischievousServer.good(BYTES)));
    Files.createDirectories(folder.resolve("mine"));
    try (FileChannel other =
        FileChannel.open(part(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(other.tryLock()).isNotNull();
      assertThatThrownBy(() -> sets(file).get("mine", Progress.NONE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is being fetched by another process");
    }
  }

  private static byte[] zip(String... namesAndContents) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (int i = 0; i < namesAndContents.length; i += 2) {
        zip.putNextEntry(new ZipEntry(namesAndContents[i]));
        zip.write(namesAndContents[i + 1].getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    return out.toByteArray();
  }

  private DataSets archived(byte[] zip, String contents) throws IOException {
    SetFile inner = file(contents.getBytes(StandardCharsets.UTF_8));
    ContentHash hash = ContentHash.of(Source.of("zip", zip));
    SetFile archive =
        new SetFile(
            "all.zip",
            hash.bytes(),
            hash.sha256(),
            List.of(server.on("/all.zip", MischievousServer.good(zip))));
    return sets(
        new NamedSet(
            "mine",
            "a test",
            URI.create("http://localhost/"),
            "none",
            "mine",
            List.of(inner),
            Optional.of(archive),
            ""));
  }

  @Test
  void unpacksArchives() throws IOException {
    LocatedSet set =
        archived(zip("README", "read me", "data.bin", "hello"), "hello").get("mine", Progress.NONE);
    assertThat(set.path("data.bin")).hasContent("hello");
    try (var files = Files.list(folder.resolve("mine"))) {
      assertThat(files.map(f -> f.getFileName().toString())).containsExactly("data.bin");
    }
  }

  @Test
  void refusesArchivesWithOtherContents() throws IOException {
    assertThatThrownBy(() -> archived(zip("data.bin", "hallo"), "hello").get("mine", Progress.NONE))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data.bin: SHA-256");
    server.close();
    server = new MischievousServer();
    assertThatThrownBy(() -> archived(zip("other", "hello"), "hello").get("mine", Progress.NONE))
        .hasMessageContaining("data.bin: is not in the archive");
  }

  @Test
  void refusesArchivesThatClimbOut() throws IOException {
    DataSets sets = archived(zip("data.bin", "hello", "../../evil", "boo"), "hello");
    assertThatThrownBy(() -> sets.get("mine", Progress.NONE))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("'../../evil' would be written outside");
    assertThat(folder.resolve("evil")).doesNotExist();
    try (var files = Files.list(folder.resolve("mine"))) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void refusesSecureToInsecureRedirects() {
    // The rule is checked on addresses; no certificate is needed to see it.
    assertThat(Downloader.isDowngrade(URI.create("https://a/x"), URI.create("http://a/x")))
        .isTrue();
    assertThat(Downloader.isDowngrade(URI.create("https://a/x"), URI.create("https://b/x")))
        .isFalse();
    assertThat(Downloader.isDowngrade(URI.create("http://a/x"), URI.create("http://b/x")))
        .isFalse();
  }

  @Test
  void partsAreNotMistakenForFiles() throws IOException {
    Files.createDirectories(folder.resolve("mine"));
    Files.write(part(), BYTES);
    assertThat(sets(file(BYTES, URI.create("http://localhost:1/x"))).find("mine")).isEmpty();
  }
}
