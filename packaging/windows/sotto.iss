; The installer for Windows: `iscc packaging\windows\sotto.iss`, after build.py and program.py have filled dist\sotto.
; For one person, without administrator's rights. What people said stays when the program is removed, unless they ask.

#define Version "0.1.0"
#define Bundle "..\..\dist\sotto"

[Setup]
AppId={{6E4E4C0B-7D5B-4E0B-9C5E-3C1B7A0F5D21}
AppName=Sotto
AppVersion={#Version}
AppPublisher=The Sotto developers
VersionInfoVersion={#Version}
DefaultDirName={autopf}\Sotto
DefaultGroupName=Sotto
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
LicenseFile=..\..\LICENSE
InfoAfterFile=microphone.txt
SetupIconFile=..\..\build\icons\sotto.ico
UninstallDisplayIcon={app}\sotto.exe
OutputDir=..\..\dist
OutputBaseFilename=sotto-{#Version}-windows-x86_64
Compression=lzma2
SolidCompression=yes
; One file may not grow beyond 2 GB.
DiskSpanning=yes
DiskSliceSize=max
CloseApplications=yes
WizardStyle=modern

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"; InfoAfterFile: "microphone.de.txt"

[CustomMessages]
en.DeleteKept=Delete conversations, voices, models and settings as well? They cannot be brought back.
de.DeleteKept=Auch Gespräche, Stimmen, Modelle und Einstellungen löschen? Sie lassen sich nicht zurückholen.

[InstallDelete]
; A library of an older version would be loaded by a newer one.
Type: filesandordirs; Name: "{app}\_internal"
Type: filesandordirs; Name: "{app}\licences"

[Files]
Source: "{#Bundle}\sotto.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Bundle}\sotto-console.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Bundle}\sbom.json"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Bundle}\licences\*"; DestDir: "{app}\licences"; Flags: ignoreversion recursesubdirs
Source: "{#Bundle}\_internal\*"; DestDir: "{app}\_internal"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{autoprograms}\Sotto"; Filename: "{app}\sotto.exe"; WorkingDir: "{app}"

[Run]
Filename: "{app}\sotto.exe"; Description: "{cm:LaunchProgram,Sotto}"; Flags: nowait postinstall skipifsilent

[Code]
procedure CurUninstallStepChanged(CurUninstallStep: TUninstallStep);
begin
  if (CurUninstallStep = usPostUninstall) and not UninstallSilent then
    if MsgBox(CustomMessage('DeleteKept'), mbConfirmation, MB_YESNO or MB_DEFBUTTON2) = IDYES then
      DelTree(ExpandConstant('{localappdata}\sotto'), True, True, True);
end;
