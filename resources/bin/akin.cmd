@echo off
rem Akin on the command line, by the Node and the packages that the app ships.
set "AKIN_RESOURCES=%~dp0.."
"%~dp0..\node\node.exe" "%~dp0..\cli\akin.js" %*
