@echo off
rem Starts the melange command line; builds it first when it was not built yet. After an update, delete the folder .melange-build.
setlocal enabledelayedexpansion
set "ROOT=%~dp0"
set "BUILD=%ROOT%.melange-build\windows"
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
"%JAVA%" -version >nul 2>&1
if errorlevel 1 (
  echo error: no java found; install a JDK 17 or newer, or set JAVA_HOME 1>&2
  exit /b 2
)
if not exist "%BUILD%\args" (
  where mvn >nul 2>&1
  if errorlevel 1 (
    echo error: mvn not found; install Apache Maven 3.8.7 or newer to build melange 1>&2
    exit /b 2
  )
  if not exist "%BUILD%" mkdir "%BUILD%"
  echo melange: building ^(once; log in %BUILD%\build.log^) 1>&2
  pushd "%ROOT%"
  call mvn -B -ntp -Dmaven.test.skip=true -Dspotless.check.skip=true -pl workbench -am %MELANGE_MAVEN_ARGS% package >"%BUILD%\build.log" 2>&1
  if errorlevel 1 (
    popd
    echo error: the build failed; the log is %BUILD%\build.log 1>&2
    exit /b 2
  )
  popd
  set "CP="
  for %%M in (tensor core papers workbench) do (
    for %%J in ("%ROOT%%%M\target\melange-%%M-*.jar") do (
      copy /y "%%J" "%BUILD%\melange-%%M.jar" >nul
      set "CP=!CP!%BUILD%\melange-%%M.jar;"
    )
  )
  for /f "usebackq delims=" %%L in ("%ROOT%workbench\target\launcher.classpath") do set "LIBS=%%L"
  rem An argument file, because a command line is limited in length; backslashes in it are escapes.
  set "CP=!CP!!LIBS!"
  echo -cp "!CP:\=\\!">"%BUILD%\args"
)
if not defined GOMP_SPINCOUNT set "GOMP_SPINCOUNT=1000"
"%JAVA%" -Xshare:auto -XX:+UseParallelGC --enable-native-access=ALL-UNNAMED -Dfile.encoding=UTF-8 -Djava.awt.headless=true -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.nopointergc=true %JAVA_OPTS% %MELANGE_JAVA_OPTS% "@%BUILD%\args" dev.melange.cli.Main %*
exit /b %errorlevel%
