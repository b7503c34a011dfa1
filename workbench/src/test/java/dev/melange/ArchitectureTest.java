package dev.melange;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final String PAPERS = "dev.melange.papers.";

  /** Which papers stand on which others; names of packages below {@code dev.melange.papers}. */
  private static final Map<String, Set<String>> DECLARED_BASES =
      Map.of(
          "adamixup", Set.of("mixuppolicies"),
          "adversarialautomixup", Set.of("mixuppolicies"),
          "decoupledmixup", Set.of("mixuppolicies"),
          "mixupfeaturelearning", Set.of("mixuppolicies"),
          "mixupneuralcollapse", Set.of("mixuppolicies"),
          "seminmf", Set.of("bert", "gpt"),
          "stripmlp", Set.of("mlpmixer"));

  /** The application's packages, and the templates that are compiled with it. */
  private static final String[] WORKBENCH = {
    "dev.melange.account..",
    "dev.melange.cli..",
    "dev.melange.demo..",
    "dev.melange.feed..",
    "dev.melange.jobs..",
    "dev.melange.mail..",
    "dev.melange.search..",
    "dev.melange.store..",
    "dev.melange.web.."
  };

  /** What all papers share, below {@code dev.melange.papers} too. */
  private static final Set<String> SHARED = Set.of("study", "forecast", "fields");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.melange");

  @Test
  void everyModuleIsSeen() {
    for (String part : List.of("tensor", "component", "papers", "cli")) {
      assertThat(CLASSES.containPackage("dev.melange." + part)).as(part).isTrue();
    }
  }

  @Test
  void onlyTheTensorModuleKnowsTheEngine() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.melange.tensor..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..")
        .check(CLASSES);
  }

  @Test
  void theTensorModuleStandsAlone() {
    noClasses()
        .that()
        .resideInAPackage("dev.melange.tensor..")
        .should()
        .dependOnClassesThat(
            describe(
                "belong to another module",
                type ->
                    type.getPackageName().startsWith("dev.melange.")
                        && !type.getPackageName().startsWith("dev.melange.tensor")))
        .check(CLASSES);
  }

  @Test
  void theCoreKnowsNeitherPapersNorTheWorkbench() {
    noClasses()
        .that()
        .resideOutsideOfPackages(with(WORKBENCH, "dev.melange.papers.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(with(WORKBENCH, "dev.melange.papers.."))
        .check(CLASSES);
  }

  @Test
  void papersDoNotKnowTheWorkbench() {
    noClasses()
        .that()
        .resideInAPackage("dev.melange.papers..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(WORKBENCH)
        .check(CLASSES);
  }

  @Test
  void parsersOfSourcesKnowNeitherTheStoreNorThePage() {
    noClasses()
        .that()
        .resideInAPackage("dev.melange.feed..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.melange.store..", "dev.melange.web..", "dev.melange.search..", "dev.melange.cli..")
        .check(CLASSES);
  }

  @Test
  void theStoreDoesNotKnowThePage() {
    noClasses()
        .that()
        .resideInAPackage("dev.melange.store..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.melange.web..", "dev.melange.search..", "dev.melange.cli..")
        .check(CLASSES);
  }

  private static String[] with(String[] packages, String more) {
    return Stream.concat(Stream.of(packages), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void papersKnowNoOtherPaperButTheirDeclaredBases() {
    List<String> undeclared =
        CLASSES.stream()
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .filter(ArchitectureTest::crossesPapersUndeclared)
            .map(Dependency::getDescription)
            .toList();
    assertThat(undeclared).isEmpty();
  }

  private static boolean crossesPapersUndeclared(Dependency dependency) {
    Optional<String> from = paperOf(dependency.getOriginClass());
    Optional<String> to = paperOf(dependency.getTargetClass());
    return from.isPresent()
        && to.isPresent()
        && !from.equals(to)
        && !DECLARED_BASES.getOrDefault(from.get(), Set.of()).contains(to.get());
  }

  /** The first package below {@code dev.melange.papers}; nothing for what all papers share. */
  private static Optional<String> paperOf(JavaClass type) {
    String name = type.getBaseComponentType().getPackageName();
    return Optional.of(name)
        .filter(full -> full.startsWith(PAPERS))
        .map(full -> full.substring(PAPERS.length()).split("\\.", 2)[0])
        .filter(first -> !SHARED.contains(first));
  }
}
