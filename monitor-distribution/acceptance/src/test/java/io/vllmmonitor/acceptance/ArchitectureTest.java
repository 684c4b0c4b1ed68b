package io.vllmmonitor.acceptance;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.vllmmonitor.daemon.web.Token;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules that keep the modules and packages in their order. */
class ArchitectureTest {
  private static final String ROOT = "io.vllmmonitor";
  private static final String API = "io.vllmmonitor.api.";

  /** The way of the data: a package of the api imports only packages before it. */
  private static final List<String> API_ORDER =
      List.of(
          "error",
          "config",
          "target",
          "extension",
          "sample",
          "view",
          "code",
          "source",
          "lifecycle",
          "guardrail",
          "prediction",
          "incident",
          "outcome",
          "mitigation",
          "learning",
          "rehearsal",
          "history",
          "store",
          "notify",
          "plugin");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void theScanSeesEveryModule() {
    assertThat(CLASSES).hasSizeGreaterThan(300);
    Set<String> packages =
        CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    assertThat(packages)
        .anyMatch(name -> name.startsWith("io.vllmmonitor.api."))
        .anyMatch(name -> name.startsWith("io.vllmmonitor.core."))
        .anyMatch(name -> name.startsWith("io.vllmmonitor.persistence."))
        .anyMatch(name -> name.startsWith("io.vllmmonitor.plugin.source."))
        .anyMatch(name -> name.startsWith("io.vllmmonitor.plugin.guardrail."))
        .anyMatch(name -> name.startsWith("io.vllmmonitor.plugin.mitigation."))
        .anyMatch(name -> name.startsWith("io.vllmmonitor.plugin.learner."))
        .anyMatch(name -> name.startsWith("io.vllmmonitor.testkit."))
        .anyMatch(name -> name.startsWith("io.vllmmonitor.simulator."))
        .anyMatch(name -> name.startsWith("io.vllmmonitor.daemon."))
        .anyMatch(name -> name.startsWith("io.vllmmonitor.cli."));
  }

  @Test
  void theApiNeedsNothingButTheJdk() {
    noClasses()
        .that()
        .resideInAPackage("io.vllmmonitor.api..")
        .should()
        .dependOnClassesThat(
            not(resideInAnyPackage("java..", "io.vllmmonitor.api..", "org.jspecify..")))
        .check(CLASSES);
  }

  @Test
  void apiPackagesImportOnlyWhatComesBeforeThem() {
    classes()
        .that()
        .resideInAPackage("io.vllmmonitor.api..")
        .should(importOnlyEarlierApiPackages())
        .check(CLASSES);
  }

  @Test
  void coreAndPersistenceDoNotKnowEachOther() {
    ofOursOnly("io.vllmmonitor.core..", "io.vllmmonitor.api..");
    ofOursOnly("io.vllmmonitor.persistence..", "io.vllmmonitor.api..");
  }

  @Test
  void pluginsSeeTheJdkAndTheApiOnly() {
    noClasses()
        .that()
        .resideInAPackage("io.vllmmonitor.plugin..")
        .should()
        .dependOnClassesThat(
            not(
                resideInAnyPackage(
                    "java..", "io.vllmmonitor.api..", "io.vllmmonitor.plugin..", "org.jspecify..")))
        .check(CLASSES);
  }

  @Test
  void pluginsDoNotKnowEachOther() {
    slices()
        .matching("io.vllmmonitor.plugin.(*).(*)..")
        .should()
        .notDependOnEachOther()
        .check(CLASSES);
  }

  @Test
  void theTestkitSeesTheApiOnly() {
    ofOursOnly("io.vllmmonitor.testkit..", "io.vllmmonitor.api..");
  }

  @Test
  void theSimulatorSeesNothingOfOurs() {
    ofOursOnly("io.vllmmonitor.simulator..");
  }

  @Test
  void theCommandLineSeesTheDaemonAndHowToFindIt() {
    noClasses()
        .that()
        .resideInAPackage("io.vllmmonitor.cli..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.vllmmonitor..")
                .and(
                    not(
                        resideInAnyPackage(
                            "io.vllmmonitor.cli..",
                            "io.vllmmonitor.daemon.boot",
                            "io.vllmmonitor.core.config",
                            "io.vllmmonitor.core.jar",
                            "io.vllmmonitor.core.script",
                            "io.vllmmonitor.persistence.engine",
                            "io.vllmmonitor.api..")))
                .and(not(type(Token.class))))
        .check(CLASSES);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("io.vllmmonitor.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void noPackageImportsItsOwnSubPackage() {
    classes().should(notImportSubPackages()).check(CLASSES);
  }

  @Test
  void rootPackagesAreEmpty() {
    noClasses()
        .that()
        .doNotHaveSimpleName("package-info")
        .should()
        .resideInAnyPackage(
            ROOT,
            "io.vllmmonitor.api",
            "io.vllmmonitor.core",
            "io.vllmmonitor.persistence",
            "io.vllmmonitor.testkit",
            "io.vllmmonitor.simulator",
            "io.vllmmonitor.daemon",
            "io.vllmmonitor.cli",
            "io.vllmmonitor.acceptance")
        .check(CLASSES);
  }

  @Test
  void everyPackageIsNullMarked() {
    classes().should(resideInANullMarkedPackage()).check(CLASSES);
  }

  @Test
  void onlyProgramsReadTheClockOfTheMachine() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.vllmmonitor.api..",
            "io.vllmmonitor.core..",
            "io.vllmmonitor.persistence..",
            "io.vllmmonitor.plugin..",
            "io.vllmmonitor.testkit..")
        .should()
        .accessTargetWhere(readsTheClockOfTheMachine())
        .check(CLASSES);
  }

  @Test
  void onlyProgramsWriteToTheTerminal() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.vllmmonitor.api..",
            "io.vllmmonitor.core..",
            "io.vllmmonitor.persistence..",
            "io.vllmmonitor.plugin..",
            "io.vllmmonitor.testkit..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(CLASSES);
  }

  /** Of our packages, {@code packages} may use themselves and {@code others}. */
  private static void ofOursOnly(String packages, String... others) {
    noClasses()
        .that()
        .resideInAPackage(packages)
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.vllmmonitor..")
                .and(not(resideInAPackage(packages)))
                .and(not(resideInAnyPackage(others))))
        .check(CLASSES);
  }

  /** Calls and method references alike. */
  private static DescribedPredicate<JavaAccess<?>> readsTheClockOfTheMachine() {
    return DescribedPredicate.describe(
        "the clock of the machine is read",
        access -> {
          JavaClass owner = access.getTargetOwner();
          String name = access.getName();
          if (owner.isAssignableTo(InstantSource.class)) {
            return name.startsWith("system") || name.startsWith("tick");
          }
          return (owner.getPackageName().equals("java.time") && name.equals("now"))
              || (owner.isEquivalentTo(System.class) && name.equals("currentTimeMillis"));
        });
  }

  private static ArchCondition<JavaClass> importOnlyEarlierApiPackages() {
    return new ArchCondition<>("import only api packages that come before their own") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        int own = placeOf(type);
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
          JavaClass other = dependency.getTargetClass().getBaseComponentType();
          if (other.getPackageName().startsWith(API) && placeOf(other) > own) {
            events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
          }
        }
      }
    };
  }

  private static int placeOf(JavaClass type) {
    if (!type.getPackageName().startsWith(API)) {
      return API_ORDER.size();
    }
    int place = API_ORDER.indexOf(type.getPackageName().substring(API.length()));
    assertThat(place).as("place of " + type.getPackageName() + " in the order").isNotNegative();
    return place;
  }

  private static ArchCondition<JavaClass> notImportSubPackages() {
    return new ArchCondition<>("not import a sub-package of their own package") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
          String other = dependency.getTargetClass().getBaseComponentType().getPackageName();
          if (other.startsWith(type.getPackageName() + ".")) {
            events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
          }
        }
      }
    };
  }

  private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
    return new ArchCondition<>("reside in a package marked @NullMarked") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
          events.add(
              SimpleConditionEvent.violated(
                  type, type.getPackageName() + " lacks @NullMarked in its package-info.java"));
        }
      }
    };
  }
}
