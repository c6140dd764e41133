# Builds and tries out the Windows installer: Python 3.11 and NSIS on the path. With MEMAPP_IDENTITY (the thumbprint of a
# certificate for signing code) the programs and the installer are signed.
$ErrorActionPreference = "Stop"
Set-Location (Join-Path $PSScriptRoot "..\..")
$arguments = @("build_installer.py") + $args
if ($env:MEMAPP_IDENTITY) { $arguments += @("--sign", $env:MEMAPP_IDENTITY) }
python @arguments
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }

# The installer itself: quietly in, its self-test, quietly out; the user's data stays.
$setup = (Get-ChildItem dist\memapp-*-windows-x64.exe | Select-Object -First 1).FullName
$place = Join-Path $env:LOCALAPPDATA "Programs\memapp"
Start-Process $setup -ArgumentList "/S" -Wait
& "$place\memapp-cli.exe" --self-test --out "$env:TEMP\self-test.json"
if ($LASTEXITCODE -ne 0) { Get-Content "$env:TEMP\self-test.json"; exit 1 }
Start-Process $setup -ArgumentList "/S" -Wait
Start-Process "$place\uninstall.exe" -ArgumentList "/S", "_?=$place" -Wait
if (Test-Path "$place\_internal") { Write-Error "The uninstaller left files behind." }
