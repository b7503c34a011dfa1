package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher script in a project of its own, with a java and a mvn that only say what they do.
 */
class LauncherTest {
  private record Ended(int code, String out, String err) {}

  @TempDir private Path folder;
  private Path project;
  private Path tools;

  @BeforeEach
  void makeProject() throws IOException {
    Path launcher = Path.of("").toAbsolutePath();
    while (launcher != null && !Files.isRegularFile(launcher.resolve("melange"))) {
      launcher = launcher.getParent();
    }
    assumeTrue(launcher != null && Files.isExecutable(Path.of("/bin/sh")), "needs a POSIX shell");
    folder = folder.toRealPath();
    project = Files.createDirectories(folder.resolve("a project"));
    Files.copy(launcher.resolve("melange"), project.resolve("melange"));
    for (String module : List.of(".", "tensor", "core", "papers", "workbench")) {
      Files.createDirectories(project.resolve(module).resolve("src/main"));
      Files.writeString(project.resolve(module).resolve("pom.xml"), "<project/>");
    }
    tools = Files.createDirectories(folder.resolve("bin"));
    script(
        "java",
        """
        case "$1" in
          -version) echo 'openjdk version "17.0.1" 2021-10-19' >&2 ;;
          -XX:ArchiveClassesAtExit=*) : >"${1#*=}" ;;
          *) printf '%s\\n' "$@" ;;
        esac
        """);
    script(
        "mvn",
        """
        echo built >>builds
        for m in tensor core papers workbench; do
          mkdir -p $m/target
          echo $m >$m/target/melange-$m-1.jar
        done
        echo /lib/a.jar:/lib/b.jar >workbench/target/launcher.classpath
        """);
  }

  private void script(String name, String body) throws IOException {
    Path file = tools.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + body);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private ProcessBuilder prepare(Path launcher, Map<String, String> environment, String... args) {
    List<String> command = new ArrayList<>(List.of("/bin/sh", launcher.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("MELANGE_"));
    builder.environment().keySet().removeAll(List.of("JAVA_HOME", "JAVA_OPTS"));
    builder.environment().put("PATH", tools + ":" + System.getenv("PATH"));
    builder.environment().putAll(environment);
    return builder;
  }

  private Ended run(Path launcher, Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    Path err = folder.resolve("err");
    Process process = prepare(launcher, environment, args).redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), out, Files.readString(err));
  }

  private Ended run(String... args) throws IOException, InterruptedException {
    return run(project.resolve("melange"), Map.of(), args);
  }

  private int builds() throws IOException {
    return Files.readAllLines(project.resolve("builds")).size();
  }

  @Test
  void buildsOnceAndPassesArgumentsOn() throws Exception {
    Ended first = run("show", "a b", "*");
    assertThat(first.code()).isZero();
    assertThat(first.err()).startsWith("melange: building (once; log in ").hasLineCount(1);
    assertThat(first.out().lines().toList())
        .containsSubsequence("-cp", "dev.melange.cli.Main", "show", "a b", "*")
        .anyMatch(line -> line.matches(".*/melange-tensor.jar:.*:/lib/a.jar:/lib/b.jar"));
    Ended second = run("papers");
    assertThat(second.err()).isEmpty();
    assertThat(builds()).isEqualTo(1);
    assertThat(project.resolve(".melange-build/lock")).doesNotExist();
  }

  @Test
  void buildsAgainWhenASourceIsNewer() throws Exception {
    assertThat(run("papers").code()).isZero();
    Path source = Files.writeString(project.resolve("core/src/main/A.java"), "class A {}");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
    assertThat(run("papers").err()).contains("building");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void buildsAgainWithOtherBuildArguments() throws Exception {
    assertThat(run("papers").code()).isZero();
    Map<String, String> cuda = Map.of("MELANGE_MAVEN_ARGS", "-Pcuda");
    assertThat(run(project.resolve("melange"), cuda, "papers").code()).isZero();
    assertThat(run(project.resolve("melange"), cuda, "papers").code()).isZero();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void findsItsProjectThroughLinks() throws Exception {
    Path direct = Files.createSymbolicLink(folder.resolve("direct"), project.resolve("melange"));
    Files.createDirectories(folder.resolve("deep"));
    Path relative = Files.createSymbolicLink(folder.resolve("deep/link"), Path.of("../direct"));
    assertThat(run(direct, Map.of(), "papers").code()).isZero();
    assertThat(run(relative, Map.of(), "papers").code()).isZero();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void startsLightCommandsWithoutTheOptimisingCompiler() throws Exception {
    assertThat(run("--json", "papers").out()).contains("-XX:TieredStopAtLevel=1");
    assertThat(run("run", "papers").out()).doesNotContain("-XX:TieredStopAtLevel=1");
  }

  @Test
  void honoursJavaOptions() throws Exception {
    Map<String, String> options = Map.of("JAVA_OPTS", "-Xmx1g -Da=*", "MELANGE_JAVA_OPTS", "-Db=2");
    assertThat(run(project.resolve("melange"), options, "papers").out().lines())
        .contains("-Xmx1g", "-Da=*", "-Db=2");
  }

  @Test
  void showsWhyABuildFailed() throws Exception {
    script("mvn", "echo '[INFO] chatter'; echo '[ERROR] A.java: broken'; exit 1");
    Ended failed = run("papers");
    assertThat(failed.code()).isEqualTo(2);
    assertThat(failed.out()).isEmpty();
    assertThat(failed.err()).contains("A.java: broken", "error: the build failed");
    assertThat(failed.err()).doesNotContain("chatter");
    assertThat(project.resolve(".melange-build/lock")).doesNotExist();
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    script("java", "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2");
    Ended old = run("papers");
    assertThat(old.code()).isEqualTo(2);
    assertThat(old.err()).contains("is Java 11; melange needs 17 or newer");
    Map<String, String> wrong = Map.of("JAVA_HOME", project.toString());
    assertThat(run(project.resolve("melange"), wrong, "papers").err())
        .contains("JAVA_HOME is " + project, "set it to a JDK 17 or newer");
  }

  @Test
  void concurrentFirstStartsBuildOnce() throws Exception {
    List<Process> started = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      started.add(
          prepare(project.resolve("melange"), Map.of(), "papers")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start());
    }
    for (Process process : started) {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    }
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void takesOverTheLockOfABuildThatDied() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    assertThat(dead.waitFor()).isZero();
    Path lock = Files.createDirectories(project.resolve(".melange-build/lock"));
    Files.writeString(lock.resolve("pid"), Long.toString(dead.pid()));
    assertThat(run("papers").code()).isZero();
    assertThat(builds()).isEqualTo(1);
  }
}
