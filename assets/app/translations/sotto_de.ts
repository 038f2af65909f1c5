<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>About</name>
    <message>
        <source>A voice companion that lives on your own computer.</source>
        <translation>Ein Gesprächspartner, der auf deinem eigenen Rechner lebt.</translation>
    </message>
    <message>
        <source>About</source>
        <translation>Über Sotto</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>Lizenzen</translation>
    </message>
    <message>
        <source>If something fails</source>
        <translation>Wenn etwas nicht geht</translation>
    </message>
    <message>
        <source>These facts hold no word of any conversation. They stay here unless you send them.</source>
        <translation>Diese Angaben enthalten kein Wort aus einem Gespräch. Sie bleiben hier, solange du sie nicht verschickst.</translation>
    </message>
    <message>
        <source>Facts for a report</source>
        <translation>Angaben für eine Fehlermeldung</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Open the logs</source>
        <translation>Protokolle öffnen</translation>
    </message>
</context>
<context>
    <name>AllModels</name>
    <message>
        <source>Packs to get</source>
        <translation>Pakete zum Herunterladen</translation>
    </message>
    <message>
        <source>Sotto can try out which pack suits this computer. It takes half a minute.</source>
        <translation>Sotto kann ausprobieren, welches Paket zu diesem Rechner passt. Das dauert eine halbe Minute.</translation>
    </message>
    <message>
        <source>Try out this computer</source>
        <translation>Diesen Rechner ausprobieren</translation>
    </message>
    <message>
        <source>The official one needs an account. The copies are the same model, published by others.</source>
        <translation>Das offizielle verlangt ein Konto. Die Kopien sind dasselbe Modell, von anderen veröffentlicht.</translation>
    </message>
    <message>
        <source>Model of the voice</source>
        <translation>Modell der Stimme</translation>
    </message>
    <message>
        <source>Sotto looks which packs there are…</source>
        <translation>Sotto sieht nach, welche Pakete es gibt …</translation>
    </message>
    <message>
        <source>Chat from elsewhere</source>
        <translation>Chat von anderswo</translation>
    </message>
    <message>
        <source>Any server with the OpenAI API can write the replies: Ollama, LM Studio, vLLM, llama.cpp. Recognition and voice stay here.</source>
        <translation>Jeder Server mit der OpenAI-Schnittstelle kann die Antworten schreiben: Ollama, LM Studio, vLLM, llama.cpp. Erkennung und Stimme bleiben hier.</translation>
    </message>
    <message>
        <source>Without a network</source>
        <translation>Ohne Netz</translation>
    </message>
    <message>
        <source>Models that another computer has fetched, in a folder or a .zip or .tar archive.</source>
        <translation>Modelle, die ein anderer Rechner geholt hat, in einem Ordner oder einem Archiv (.zip, .tar).</translation>
    </message>
    <message>
        <source>Import a folder…</source>
        <translation>Ordner einlesen …</translation>
    </message>
    <message>
        <source>Import an archive…</source>
        <translation>Archiv einlesen …</translation>
    </message>
    <message>
        <source>Where the models are</source>
        <translation>Wo die Modelle liegen</translation>
    </message>
    <message>
        <source>Move to another folder…</source>
        <translation>Anderswohin verschieben …</translation>
    </message>
    <message>
        <source>Models that need an account</source>
        <translation>Modelle, die ein Konto verlangen</translation>
    </message>
    <message>
        <source>Some authors give their model to whoever has an account at Hugging Face and accepts their terms. Paste an access token of that account here; it is kept on this computer.</source>
        <translation>Manche Urheber geben ihr Modell allen, die ein Konto bei Hugging Face haben und den Bedingungen zustimmen. Füge hier einen Zugangsschlüssel dieses Kontos ein; er bleibt auf diesem Rechner.</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>Zugangsschlüssel</translation>
    </message>
    <message>
        <source>Keep the token</source>
        <translation>Schlüssel behalten</translation>
    </message>
    <message>
        <source>Forget it</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Download: {pack}</source>
        <translation>Herunterladen: {pack}</translation>
    </message>
    <message>
        <source>Put together: {pack}</source>
        <translation>Zusammenstellen: {pack}</translation>
    </message>
    <message>
        <source>The models that only this pack has are deleted, too. They can be downloaded again.</source>
        <translation>Auch die Modelle, die nur dieses Paket hat, werden gelöscht. Sie lassen sich wieder herunterladen.</translation>
    </message>
    <message>
        <source>Delete {pack}</source>
        <translation>{pack} löschen</translation>
    </message>
    <message>
        <source>Import a folder</source>
        <translation>Ordner einlesen</translation>
    </message>
    <message>
        <source>Archives (*.zip *.tar *.tar.gz *.tgz)</source>
        <translation>Archive (*.zip *.tar *.tar.gz *.tgz)</translation>
    </message>
    <message>
        <source>Import an archive</source>
        <translation>Archiv einlesen</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>Einlesen</translation>
    </message>
    <message>
        <source>Move to another folder</source>
        <translation>In einen anderen Ordner verschieben</translation>
    </message>
    <message>
        <source>Move the models</source>
        <translation>Modelle verschieben</translation>
    </message>
    <message>
        <source>Something else is under way; stop it first.</source>
        <translation>Es ist noch etwas anderes im Gang; halte es erst an.</translation>
    </message>
    <message>
        <source>All is there. It is being loaded.</source>
        <translation>Alles ist da. Es wird geladen.</translation>
    </message>
    <message>
        <source>Taken in: {models}.</source>
        <translation>Eingelesen: {models}.</translation>
    </message>
    <message>
        <source>It is deleted.</source>
        <translation>Sie ist gelöscht.</translation>
    </message>
    <message>
        <source>The token is kept: {place}.</source>
        <translation>Der Schlüssel ist aufgehoben: {place}.</translation>
    </message>
    <message>
        <source>The token is forgotten.</source>
        <translation>Der Schlüssel ist vergessen.</translation>
    </message>
    <message>
        <source>All models are in {folder} now.</source>
        <translation>Alle Modelle sind jetzt in {folder}.</translation>
    </message>
    <message>
        <source>It was stopped. The models are where they were.</source>
        <translation>Es wurde angehalten. Die Modelle sind, wo sie waren.</translation>
    </message>
    <message>
        <source>It was stopped. What is there already is kept, and it goes on from there.</source>
        <translation>Es wurde angehalten. Was schon da ist, bleibt, und von dort geht es weiter.</translation>
    </message>
    <message>
        <source>Open {page}</source>
        <translation>{page} öffnen</translation>
    </message>
    <message>
        <source>Being tried: {what}</source>
        <translation>Wird ausprobiert: {what}</translation>
    </message>
</context>
<context>
    <name>AllVoices</name>
    <message>
        <source>Voices of your own</source>
        <translation>Eigene Stimmen</translation>
    </message>
    <message>
        <source>Find one among speakers that the voice model invents, record one who agrees to it, get one that somebody published, or take one in from a file. They stay on this computer.</source>
        <translation>Finde eine unter Sprechern, die das Stimmmodell erfindet, nimm jemanden auf, der zustimmt, hole eine, die jemand veröffentlicht hat, oder übernimm eine aus einer Datei. Sie bleiben auf diesem Rechner.</translation>
    </message>
    <message>
        <source>Find a voice…</source>
        <translation>Stimme finden …</translation>
    </message>
    <message>
        <source>Record a voice…</source>
        <translation>Stimme aufnehmen …</translation>
    </message>
    <message>
        <source>From a file…</source>
        <translation>Aus einer Datei …</translation>
    </message>
    <message>
        <source>Published voices…</source>
        <translation>Veröffentlichte Stimmen …</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>Umbenennen …</translation>
    </message>
    <message>
        <source>Rename {voice}</source>
        <translation>{voice} umbenennen</translation>
    </message>
    <message>
        <source>Write to a file…</source>
        <translation>In eine Datei schreiben …</translation>
    </message>
    <message>
        <source>Write {voice} to a file</source>
        <translation>{voice} in eine Datei schreiben</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>Löschen …</translation>
    </message>
    <message>
        <source>Delete {voice}</source>
        <translation>{voice} löschen</translation>
    </message>
    <message>
        <source>Voices and recordings (*.sottovoice *.wav *.flac *.ogg *.mp3)</source>
        <translation>Stimmen und Aufnahmen (*.sottovoice *.wav *.flac *.ogg *.mp3)</translation>
    </message>
    <message>
        <source>A voice from a file</source>
        <translation>Eine Stimme aus einer Datei</translation>
    </message>
    <message>
        <source>New name:</source>
        <translation>Neuer Name:</translation>
    </message>
    <message>
        <source>The recording is deleted for good. Replies that were spoken with it stay.</source>
        <translation>Die Aufnahme wird endgültig gelöscht. Antworten, die mit ihr gesprochen wurden, bleiben.</translation>
    </message>
    <message>
        <source>It is in {file}.</source>
        <translation>Sie ist in {file}.</translation>
    </message>
    <message>
        <source>It is called {title} now.</source>
        <translation>Sie heißt jetzt {title}.</translation>
    </message>
    <message>
        <source>It is deleted.</source>
        <translation>Sie ist gelöscht.</translation>
    </message>
    <message>
        <source>It is kept. Choose it to have it speak.</source>
        <translation>Sie ist aufgehoben. Wähle sie, damit sie spricht.</translation>
    </message>
</context>
<context>
    <name>Amounts</name>
    <message>
        <source>{hours} h {minutes} min left</source>
        <translation>noch {hours} h {minutes} min</translation>
    </message>
    <message>
        <source>{minutes} min left</source>
        <translation>noch {minutes} min</translation>
    </message>
    <message>
        <source>less than a minute left</source>
        <translation>noch weniger als eine Minute</translation>
    </message>
</context>
<context>
    <name>Aside</name>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>This recording cannot be used: {why}.</source>
        <translation>Diese Aufnahme ist nicht zu gebrauchen: {why}.</translation>
    </message>
    <message>
        <source>It took too long and was ended.</source>
        <translation>Es dauerte zu lange und wurde beendet.</translation>
    </message>
    <message>
        <source>This model needs an account: open its page, accept the terms, enter an access token.</source>
        <translation>Dieses Modell verlangt ein Konto: öffne seine Seite, stimme den Bedingungen zu, gib einen Zugangsschlüssel ein.</translation>
    </message>
    <message>
        <source>The access token is not valid: enter another.</source>
        <translation>Der Zugangsschlüssel gilt nicht: gib einen anderen ein.</translation>
    </message>
    <message>
        <source>The access token may not read this model: allow it to.</source>
        <translation>Der Zugangsschlüssel darf dieses Modell nicht lesen: erlaube es ihm.</translation>
    </message>
    <message>
        <source>The terms of this model are not accepted yet: accept them on its page.</source>
        <translation>Den Bedingungen dieses Modells ist noch nicht zugestimmt: tu es auf seiner Seite.</translation>
    </message>
    <message>
        <source>Its authors have yet to allow you this model: try again later.</source>
        <translation>Seine Urheber müssen es dir noch erlauben: versuch es später wieder.</translation>
    </message>
    <message>
        <source>This model is refused to you: choose another.</source>
        <translation>Dieses Modell wird dir verweigert: wähle ein anderes.</translation>
    </message>
    <message>
        <source>The server does not answer as it should: try again later.</source>
        <translation>Der Server antwortet nicht, wie er soll: versuch es später wieder.</translation>
    </message>
    <message>
        <source>The network cannot be reached: it goes on from here when you try again.</source>
        <translation>Das Netz ist nicht zu erreichen: beim nächsten Versuch geht es von hier aus weiter.</translation>
    </message>
    <message>
        <source>The network answers in place of the server: sign in to it first.</source>
        <translation>Statt des Servers antwortet das Netz: melde dich zuerst dort an.</translation>
    </message>
    <message>
        <source>There is not enough room: make some, or choose another folder.</source>
        <translation>Der Platz reicht nicht: schaffe welchen, oder wähle einen anderen Ordner.</translation>
    </message>
    <message>
        <source>What came is not what was promised, and is not used.</source>
        <translation>Was kam, ist nicht, was versprochen war, und wird nicht verwendet.</translation>
    </message>
    <message>
        <source>The server&apos;s certificate is not trusted.</source>
        <translation>Dem Zertifikat des Servers ist nicht zu trauen.</translation>
    </message>
    <message>
        <source>This cannot be done with what is set.</source>
        <translation>Das geht mit diesen Einstellungen nicht.</translation>
    </message>
</context>
<context>
    <name>Audio</name>
    <message>
        <source>Audio</source>
        <translation>Ton</translation>
    </message>
    <message>
        <source>A change holds at once; a reply under way goes on.</source>
        <translation>Eine Änderung gilt sofort; eine laufende Antwort geht weiter.</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>Mikrofon</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>Pegel</translation>
    </message>
    <message>
        <source>Loudspeaker</source>
        <translation>Lautsprecher</translation>
    </message>
    <message>
        <source>Try it</source>
        <translation>Probier es aus</translation>
    </message>
    <message>
        <source>Record three seconds</source>
        <translation>Drei Sekunden aufnehmen</translation>
    </message>
    <message>
        <source>Play a tone</source>
        <translation>Einen Ton abspielen</translation>
    </message>
    <message>
        <source>The recording is played to you and then forgotten.</source>
        <translation>Die Aufnahme wird dir vorgespielt und dann vergessen.</translation>
    </message>
    <message>
        <source>Echo</source>
        <translation>Echo</translation>
    </message>
    <message>
        <source>Take it away</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Leave it (headphones)</source>
        <translation>Belassen (Kopfhörer)</translation>
    </message>
    <message>
        <source>With loudspeakers, Sotto must not hear itself. With headphones there is no echo.</source>
        <translation>Bei Lautsprechern darf Sotto sich nicht selbst hören. Mit Kopfhörern gibt es kein Echo.</translation>
    </message>
    <message>
        <source>Its own voice in the microphone</source>
        <translation>Die eigene Stimme im Mikrofon</translation>
    </message>
    <message>
        <source>no microphone</source>
        <translation>kein Mikrofon</translation>
    </message>
    <message>
        <source>no loudspeaker</source>
        <translation>kein Lautsprecher</translation>
    </message>
    <message>
        <source>No device is in use; Talk opens them.</source>
        <translation>Kein Gerät ist in Gebrauch; Sprechen öffnet sie.</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>{device} (not there now)</source>
        <translation>{device} (gerade nicht da)</translation>
    </message>
    <message>
        <source>In use: {microphone} and {loudspeaker}.</source>
        <translation>In Gebrauch: {microphone} und {loudspeaker}.</translation>
    </message>
    <message>
        <source>Speak now, for three seconds …</source>
        <translation>Sprich jetzt, drei Sekunden lang …</translation>
    </message>
    <message>
        <source>Too loud, it is distorted: turn the microphone down.</source>
        <translation>Zu laut, es ist verzerrt: Stell das Mikrofon leiser.</translation>
    </message>
    <message>
        <source>Hardly anything was heard: choose another microphone, or turn it up.</source>
        <translation>Kaum etwas war zu hören: Wähle ein anderes Mikrofon oder stell es lauter.</translation>
    </message>
    <message>
        <source>That is good.</source>
        <translation>Das ist gut.</translation>
    </message>
</context>
<context>
    <name>Auditions</name>
    <message>
        <source>The voice model invents speakers who do not exist. Listen to them, and keep the one that you like.</source>
        <translation>Das Stimmmodell erfindet Sprecher, die es nicht gibt. Hör sie dir an und behalte, wer dir gefällt.</translation>
    </message>
    <message>
        <source>Find a voice</source>
        <translation>Eine Stimme finden</translation>
    </message>
    <message>
        <source>Name of the voice</source>
        <translation>Name der Stimme</translation>
    </message>
    <message>
        <source>What it is to be called</source>
        <translation>Wie sie heißen soll</translation>
    </message>
    <message>
        <source>Invent five more</source>
        <translation>Fünf weitere erfinden</translation>
    </message>
    <message>
        <source>Keep this voice</source>
        <translation>Diese Stimme behalten</translation>
    </message>
    <message>
        <source>The voice model is being loaded…</source>
        <translation>Das Stimmmodell wird geladen …</translation>
    </message>
    <message>
        <source>Being spoken: {seconds} s</source>
        <translation>Wird gesprochen: {seconds} s</translation>
    </message>
    <message>
        <source>Speaker {number}</source>
        <translation>Sprecher {number}</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Anhören</translation>
    </message>
    <message>
        <source>Play {voice}</source>
        <translation>{voice} anhören</translation>
    </message>
    <message>
        <source>Which one do you like?</source>
        <translation>Wer gefällt dir?</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
</context>
<context>
    <name>Captions</name>
    <message>
        <source>You</source>
        <translation>Du</translation>
    </message>
    <message>
        <source>(cut off before: {words})</source>
        <translation>(abgebrochen vor: {words})</translation>
    </message>
</context>
<context>
    <name>Companion</name>
    <message>
        <source>Companion</source>
        <translation>Gegenüber</translation>
    </message>
    <message>
        <source>Changes hold from the next reply on.</source>
        <translation>Änderungen gelten ab der nächsten Antwort.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Who it is</source>
        <translation>Wer es ist</translation>
    </message>
    <message>
        <source>{name} stands for its name.</source>
        <translation>{name} steht für seinen Namen.</translation>
    </message>
    <message>
        <source>Restore the original</source>
        <translation>Ursprüngliches wiederherstellen</translation>
    </message>
    <message>
        <source>What it keeps in mind of you</source>
        <translation>Was es sich von dir merkt</translation>
    </message>
    <message>
        <source>What is new of you, and what was said long ago. Without, it knows only what it can still read.</source>
        <translation>Neues über dich, und was vor langer Zeit gesagt wurde. Sonst weiß es nur, was es noch lesen kann.</translation>
    </message>
    <message>
        <source>Let it take notes</source>
        <translation>Es darf sich Notizen machen</translation>
    </message>
    <message>
        <source>It reads these lines before each reply. Edit a line to word it anew.</source>
        <translation>Es liest diese Zeilen vor jeder Antwort. Bearbeite eine Zeile, um sie neu zu fassen.</translation>
    </message>
    <message>
        <source>Something new</source>
        <translation>Etwas Neues</translation>
    </message>
    <message>
        <source>Keep in mind</source>
        <translation>Merken</translation>
    </message>
    <message>
        <source>Forget the chosen line</source>
        <translation>Gewählte Zeile vergessen</translation>
    </message>
    <message>
        <source>What it summed up of this conversation</source>
        <translation>Was es von diesem Gespräch zusammengefasst hat</translation>
    </message>
    <message>
        <source>What is too long ago to be read word for word. Edit a line to word it anew.</source>
        <translation>Was zu lange her ist, um Wort für Wort gelesen zu werden. Bearbeite eine Zeile, um sie neu zu fassen.</translation>
    </message>
    <message>
        <source>Forget the chosen summary</source>
        <translation>Zusammenfassung vergessen</translation>
    </message>
    <message>
        <source>What it is given to read</source>
        <translation>Was es zu lesen bekommt</translation>
    </message>
    <message>
        <source>Every word that the language model was given for the last reply.</source>
        <translation>Jedes Wort, das das Sprachmodell für die letzte Antwort bekam.</translation>
    </message>
    <message>
        <source>Show the last one</source>
        <translation>Das letzte zeigen</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>Anweisungen</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Du</translation>
    </message>
    <message>
        <source>Nothing has been answered yet.</source>
        <translation>Noch wurde nichts beantwortet.</translation>
    </message>
</context>
<context>
    <name>Computer</name>
    <message>
        <source>Your computer</source>
        <translation>Dein Rechner</translation>
    </message>
    <message>
        <source>What to begin with</source>
        <translation>Womit du beginnst</translation>
    </message>
    <message>
        <source>The pocket pack comes with Sotto and runs on any computer, so that you can begin now. It is tiny: it understands and says little, in a tinny voice. Larger models can be added at any time in Settings, under Models.</source>
        <translation>Das Taschenpaket kommt mit Sotto und läuft auf jedem Rechner, du kannst also gleich beginnen. Es ist winzig: Es versteht und sagt wenig, mit blecherner Stimme. Größere Modelle kannst du jederzeit in den Einstellungen unter Modelle hinzufügen.</translation>
    </message>
    <message>
        <source>Start with the pocket pack now</source>
        <translation>Jetzt mit dem Taschenpaket beginnen</translation>
    </message>
    <message>
        <source>Choose larger models…</source>
        <translation>Größere Modelle wählen …</translation>
    </message>
    <message>
        <source>Sotto tries out what this computer can do. You need not wait for it.</source>
        <translation>Sotto probiert aus, was dieser Rechner kann. Du musst nicht darauf warten.</translation>
    </message>
    <message>
        <source>It is in use. Go on with Next.</source>
        <translation>Es ist in Gebrauch. Weiter geht es mit „Weiter“.</translation>
    </message>
    <message>
        <source>This computer could not be tried out ({why}). The pocket pack runs anyway.</source>
        <translation>Dieser Rechner ließ sich nicht ausprobieren ({why}). Das Taschenpaket läuft in jedem Fall.</translation>
    </message>
</context>
<context>
    <name>Conversations</name>
    <message>
        <source>(not understood)</source>
        <translation>(nicht verstanden)</translation>
    </message>
    <message>
        <source>1 turn</source>
        <translation>1 Wechsel</translation>
    </message>
    <message>
        <source>{count} turns</source>
        <translation>{count} Wechsel</translation>
    </message>
    <message>
        <source>today, {time}</source>
        <translation>heute, {time}</translation>
    </message>
    <message>
        <source>yesterday, {time}</source>
        <translation>gestern, {time}</translation>
    </message>
</context>
<context>
    <name>Desk</name>
    <message>
        <source>Conversation</source>
        <translation>Gespräch</translation>
    </message>
    <message>
        <source>Show or hide past conversations</source>
        <translation>Frühere Gespräche zeigen oder verbergen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Press Talk and say something, or write.</source>
        <translation>Drück auf Sprechen und sag etwas, oder schreib.</translation>
    </message>
    <message>
        <source>Nothing leaves this computer.</source>
        <translation>Nichts verlässt diesen Rechner.</translation>
    </message>
</context>
<context>
    <name>Elsewhere</name>
    <message>
        <source>Address of the server</source>
        <translation>Adresse des Servers</translation>
    </message>
    <message>
        <source>Its model (empty: its own choice)</source>
        <translation>Sein Modell (leer: seine eigene Wahl)</translation>
    </message>
    <message>
        <source>Access key, if it wants one</source>
        <translation>Zugangsschlüssel, falls er einen verlangt</translation>
    </message>
    <message>
        <source>Use this server</source>
        <translation>Diesen Server verwenden</translation>
    </message>
    <message>
        <source>Use the pack&apos;s own</source>
        <translation>Das eigene des Pakets verwenden</translation>
    </message>
    <message>
        <source>The server is being asked…</source>
        <translation>Der Server wird gefragt …</translation>
    </message>
    <message>
        <source>Replies come from {server}.</source>
        <translation>Antworten kommen von {server}.</translation>
    </message>
    <message>
        <source>Replies come from the pack&apos;s own chat model.</source>
        <translation>Antworten kommen vom Chatmodell des Pakets.</translation>
    </message>
</context>
<context>
    <name>FirstRun</name>
    <message>
        <source>First steps</source>
        <translation>Erste Schritte</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>Überspringen</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>Beginnen</translation>
    </message>
    <message>
        <source>{step} of {steps}</source>
        <translation>{step} von {steps}</translation>
    </message>
</context>
<context>
    <name>General</name>
    <message>
        <source>General</source>
        <translation>Allgemein</translation>
    </message>
    <message>
        <source>Changes hold at once, unless it says otherwise.</source>
        <translation>Änderungen gelten sofort, wenn nichts anderes dabeisteht.</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>Textgröße</translation>
    </message>
    <message>
        <source>Reduce motion</source>
        <translation>Weniger Bewegung</translation>
    </message>
    <message>
        <source>The string and the ring stand still.</source>
        <translation>Saite und Ring stehen still.</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Language of the window</source>
        <translation>Sprache des Fensters</translation>
    </message>
    <message>
        <source>Holds when Sotto is started again.</source>
        <translation>Gilt, wenn Sotto neu gestartet wird.</translation>
    </message>
    <message>
        <source>Beside other programs</source>
        <translation>Neben anderen Programmen</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>Benachrichtigungen</translation>
    </message>
    <message>
        <source>Tell of answers and troubles while the window is hidden. They come from the icon in the tray.</source>
        <translation>Antworten und Störungen melden, während das Fenster verborgen ist. Sie kommen vom Symbol im Infobereich.</translation>
    </message>
    <message>
        <source>Icon in the system&apos;s tray</source>
        <translation>Symbol im Infobereich</translation>
    </message>
    <message>
        <source>Where the system has a tray.</source>
        <translation>Wo das System einen hat.</translation>
    </message>
    <message>
        <source>First steps</source>
        <translation>Erste Schritte</translation>
    </message>
    <message>
        <source>Show the first steps again</source>
        <translation>Erste Schritte noch einmal zeigen</translation>
    </message>
</context>
<context>
    <name>House</name>
    <message>
        <source>There is a newer Sotto: {version}</source>
        <translation>Es gibt ein neueres Sotto: {version}</translation>
    </message>
    <message>
        <source>Open its page</source>
        <translation>Seite öffnen</translation>
    </message>
    <message>
        <source>The change could not be written to the disk ({why}).</source>
        <translation>Die Änderung konnte nicht gespeichert werden ({why}).</translation>
    </message>
    <message>
        <source>It holds until you close the window.</source>
        <translation>Sie gilt, bis du das Fenster schließt.</translation>
    </message>
    <message>
        <source>Free some space and try again.</source>
        <translation>Schaffe Platz und versuche es noch einmal.</translation>
    </message>
    <message>
        <source>Something stopped and is being started again.</source>
        <translation>Etwas ist ausgefallen und wird neu gestartet.</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
</context>
<context>
    <name>Instrument</name>
    <message>
        <source>Both voices</source>
        <translation>Beide Stimmen</translation>
    </message>
</context>
<context>
    <name>Keeping</name>
    <message>
        <source>Exported to {file}</source>
        <translation>Exportiert nach {file}</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Title (empty: its first words)</source>
        <translation>Titel (leer: die ersten Worte)</translation>
    </message>
    <message>
        <source>Delete “{title}” with its sound, without a trace?</source>
        <translation>„{title}“ samt Ton spurlos löschen?</translation>
    </message>
    <message>
        <source>Export as {format}</source>
        <translation>Als {format} exportieren</translation>
    </message>
    <message>
        <source>Delete this turn, both sides of it, without a trace?</source>
        <translation>Diesen Wechsel, beide Seiten, spurlos löschen?</translation>
    </message>
    <message>
        <source>This cannot be undone.</source>
        <translation>Das lässt sich nicht rückgängig machen.</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
</context>
<context>
    <name>Listening</name>
    <message>
        <source>Listening</source>
        <translation>Zuhören</translation>
    </message>
    <message>
        <source>Changes hold from the next thing that you say.</source>
        <translation>Änderungen gelten ab dem Nächsten, was du sagst.</translation>
    </message>
    <message>
        <source>Hands-free</source>
        <translation>Freihändig</translation>
    </message>
    <message>
        <source>Hold to talk</source>
        <translation>Zum Sprechen halten</translation>
    </message>
    <message>
        <source>Tap to talk</source>
        <translation>Zum Sprechen tippen</translation>
    </message>
    <message>
        <source>How Talk works</source>
        <translation>Wie Sprechen geht</translation>
    </message>
    <message>
        <source>Patience</source>
        <translation>Geduld</translation>
    </message>
    <message>
        <source>To the left it answers sooner, to the right it lets you think longer.</source>
        <translation>Nach links antwortet es früher, nach rechts lässt es dich länger nachdenken.</translation>
    </message>
    <message>
        <source>How long a pause may last</source>
        <translation>Wie lang eine Pause sein darf</translation>
    </message>
    <message>
        <source>While you speak</source>
        <translation>Während du sprichst</translation>
    </message>
    <message>
        <source>Show your words as you speak</source>
        <translation>Deine Worte beim Sprechen zeigen</translation>
    </message>
    <message>
        <source>Takes computing time; without it your words are shown when you have finished.</source>
        <translation>Kostet Rechenzeit; ohne dies erscheinen deine Worte, wenn du fertig bist.</translation>
    </message>
    <message>
        <source>Let it murmur</source>
        <translation>Es murmeln lassen</translation>
    </message>
    <message>
        <source>A “mm-hm” while you speak, a “hmm” while it thinks.</source>
        <translation>Ein „mhm“, während du sprichst, ein „hm“, während es nachdenkt.</translation>
    </message>
    <message>
        <source>Eager</source>
        <translation>Eifrig</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>Normal</translation>
    </message>
    <message>
        <source>Patient</source>
        <translation>Geduldig</translation>
    </message>
    <message>
        <source>{name}: your turn usually ends after {seconds} s of silence.</source>
        <translation>{name}: Meist bist du nach {seconds} s Stille fertig.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>The key for Talk is {key}; change it under Shortcuts.</source>
        <translation>Die Taste für Sprechen ist {key}; unter Tasten kannst du sie ändern.</translation>
    </message>
</context>
<context>
    <name>Live</name>
    <message>
        <source>not understood</source>
        <translation>nicht verstanden</translation>
    </message>
    <message>
        <source>No answer: {stage} failed. You can say it again.</source>
        <translation>Keine Antwort: {stage} ist ausgefallen. Sag es einfach noch einmal.</translation>
    </message>
    <message>
        <source>broken off when Sotto ended</source>
        <translation>abgebrochen, als Sotto endete</translation>
    </message>
    <message>
        <source>cut off here</source>
        <translation>hier abgebrochen</translation>
    </message>
    <message>
        <source>understanding or thinking</source>
        <translation>Verstehen oder Nachdenken</translation>
    </message>
    <message>
        <source>the voice</source>
        <translation>die Stimme</translation>
    </message>
</context>
<context>
    <name>Models</name>
    <message>
        <source>A pack holds all models. Another is loaded at once; the conversation goes on with it.</source>
        <translation>Ein Paket enthält alle Modelle. Ein anderes wird sofort geladen; das Gespräch geht damit weiter.</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Loading</source>
        <translation>Laden</translation>
    </message>
    <message>
        <source>Choose a pack&apos;s folder…</source>
        <translation>Ordner eines Pakets wählen…</translation>
    </message>
    <message>
        <source>Use the pocket pack</source>
        <translation>Taschenpaket verwenden</translation>
    </message>
    <message>
        <source>The pocket pack comes with Sotto. It is tiny: it shows that everything works.</source>
        <translation>Das Taschenpaket kommt mit Sotto. Es ist winzig: Es zeigt, dass alles funktioniert.</translation>
    </message>
    <message>
        <source>What they may take</source>
        <translation>Was sie beanspruchen dürfen</translation>
    </message>
    <message>
        <source>Sotto&apos;s own choice</source>
        <translation>Sottos Wahl</translation>
    </message>
    <message>
        <source>Threads of the processor</source>
        <translation>Fäden des Prozessors</translation>
    </message>
    <message>
        <source>Holds when Sotto is started again.</source>
        <translation>Gilt, wenn Sotto neu gestartet wird.</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Nie</translation>
    </message>
    <message>
        <source> min</source>
        <translation> min</translation>
    </message>
    <message>
        <source>When nothing was said for so long. What is said then has them loaded again.</source>
        <translation>Wenn so lange nichts gesagt wurde. Was dann gesagt wird, lädt sie wieder.</translation>
    </message>
    <message>
        <source>Unload the models</source>
        <translation>Modelle entladen</translation>
    </message>
    <message>
        <source>None is loaded yet.</source>
        <translation>Noch ist keines geladen.</translation>
    </message>
    <message>
        <source>Understands</source>
        <translation>Versteht</translation>
    </message>
    <message>
        <source>Thinks</source>
        <translation>Denkt</translation>
    </message>
    <message>
        <source>Speaks</source>
        <translation>Spricht</translation>
    </message>
    <message>
        <source>computed by the processor</source>
        <translation>rechnet der Prozessor</translation>
    </message>
    <message>
        <source>computed by the graphics card</source>
        <translation>rechnet die Grafikkarte</translation>
    </message>
    <message>
        <source>computed by graphics card and processor</source>
        <translation>rechnen Grafikkarte und Prozessor</translation>
    </message>
    <message>
        <source>computed by a server</source>
        <translation>rechnet ein Server</translation>
    </message>
    <message>
        <source>Loading: {part}</source>
        <translation>Wird geladen: {part}</translation>
    </message>
    <message>
        <source>Loaded within {seconds} s.</source>
        <translation>Geladen in {seconds} s.</translation>
    </message>
    <message>
        <source>Choose a pack&apos;s folder</source>
        <translation>Ordner eines Pakets wählen</translation>
    </message>
</context>
<context>
    <name>Mood</name>
    <message>
        <source>Waking up</source>
        <translation>Wacht auf</translation>
    </message>
    <message>
        <source>Recovering</source>
        <translation>Erholt sich</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Muted</source>
        <translation>Stumm</translation>
    </message>
    <message>
        <source>No microphone</source>
        <translation>Kein Mikrofon</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>Zuhören</translation>
    </message>
    <message>
        <source>Hearing you</source>
        <translation>Hört dich</translation>
    </message>
    <message>
        <source>Thinking</source>
        <translation>Denkt nach</translation>
    </message>
    <message>
        <source>Speaking</source>
        <translation>Spricht</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>Hold Talk while you speak.</source>
        <translation>Halte Sprechen, während du sprichst.</translation>
    </message>
    <message>
        <source>Tap Talk, speak, and tap it again.</source>
        <translation>Tipp auf Sprechen, sprich, und tipp noch einmal.</translation>
    </message>
    <message>
        <source>The models are being loaded. You can type already.</source>
        <translation>Die Modelle werden geladen. Schreiben kannst du schon.</translation>
    </message>
    <message>
        <source>Something stopped and is being started again. Nothing that was said is lost.</source>
        <translation>Etwas ist ausgefallen und wird neu gestartet. Nichts Gesagtes geht verloren.</translation>
    </message>
    <message>
        <source>The microphone is closed. Press Talk, or type.</source>
        <translation>Das Mikrofon ist zu. Drück auf Sprechen, oder schreib.</translation>
    </message>
    <message>
        <source>Nothing is heard until you unmute.</source>
        <translation>Nichts wird gehört, bis du die Stummschaltung aufhebst.</translation>
    </message>
    <message>
        <source>You can type. A microphone that is plugged in is taken by itself.</source>
        <translation>Du kannst schreiben. Ein Mikrofon, das du ansteckst, wird von selbst genommen.</translation>
    </message>
    <message>
        <source>Just speak.</source>
        <translation>Sprich einfach.</translation>
    </message>
    <message>
        <source>Speak, or press Stop, to interrupt.</source>
        <translation>Zum Unterbrechen sprich oder drück auf Stopp.</translation>
    </message>
    <message>
        <source>It would not stay up. Past conversations can be read.</source>
        <translation>Es lief nicht stabil. Frühere Gespräche lassen sich lesen.</translation>
    </message>
</context>
<context>
    <name>OfferCard</name>
    <message>
        <source>In use</source>
        <translation>In Gebrauch</translation>
    </message>
    <message>
        <source>Recommended for this computer</source>
        <translation>Für diesen Rechner empfohlen</translation>
    </message>
    <message>
        <source>Does not fit this computer: {reason}.</source>
        <translation>Passt nicht auf diesen Rechner: {reason}.</translation>
    </message>
    <message>
        <source>Needs {card} free on the graphics card and {memory} of memory.</source>
        <translation>Braucht {card} frei auf der Grafikkarte und {memory} Arbeitsspeicher.</translation>
    </message>
    <message>
        <source>Needs {memory} of free memory.</source>
        <translation>Braucht {memory} freien Arbeitsspeicher.</translation>
    </message>
    <message>
        <source>Slow: {why}.</source>
        <translation>Langsam: {why}.</translation>
    </message>
    <message>
        <source>Understands</source>
        <translation>Versteht</translation>
    </message>
    <message>
        <source>Thinks</source>
        <translation>Denkt</translation>
    </message>
    <message>
        <source>Speaks</source>
        <translation>Spricht</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>Löschen …</translation>
    </message>
    <message>
        <source>Put together</source>
        <translation>Zusammenstellen</translation>
    </message>
    <message>
        <source>Go on, {size} to come</source>
        <translation>Fortsetzen, {size} fehlen</translation>
    </message>
    <message>
        <source>Download {size}</source>
        <translation>{size} herunterladen</translation>
    </message>
    <message>
        <source>many languages</source>
        <translation>viele Sprachen</translation>
    </message>
    <message>
        <source>English</source>
        <translation>Englisch</translation>
    </message>
    <message>
        <source>German</source>
        <translation>Deutsch</translation>
    </message>
    <message>
        <source>French</source>
        <translation>Französisch</translation>
    </message>
    <message>
        <source>Spanish</source>
        <translation>Spanisch</translation>
    </message>
    <message>
        <source>Italian</source>
        <translation>Italienisch</translation>
    </message>
    <message>
        <source>Portuguese</source>
        <translation>Portugiesisch</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>Chinesisch</translation>
    </message>
    <message>
        <source>Japanese</source>
        <translation>Japanisch</translation>
    </message>
    <message>
        <source>Korean</source>
        <translation>Koreanisch</translation>
    </message>
    <message>
        <source>Russian</source>
        <translation>Russisch</translation>
    </message>
</context>
<context>
    <name>Panel</name>
    <message>
        <source>Microphone level</source>
        <translation>Pegel des Mikrofons</translation>
    </message>
    <message>
        <source>How Talk works</source>
        <translation>Wie Sprechen geht</translation>
    </message>
    <message>
        <source>Hands-free</source>
        <translation>Freihändig</translation>
    </message>
    <message>
        <source>Hold to talk</source>
        <translation>Zum Sprechen halten</translation>
    </message>
    <message>
        <source>Tap to talk</source>
        <translation>Zum Sprechen tippen</translation>
    </message>
    <message>
        <source>Mute the microphone</source>
        <translation>Mikrofon stummschalten</translation>
    </message>
    <message>
        <source>Stop the reply</source>
        <translation>Antwort stoppen</translation>
    </message>
    <message>
        <source>Write to Sotto</source>
        <translation>Sotto schreiben</translation>
    </message>
    <message>
        <source>Write instead of speaking</source>
        <translation>Schreiben statt sprechen</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Senden</translation>
    </message>
    <message>
        <source>Unmute the microphone</source>
        <translation>Stummschaltung aufheben</translation>
    </message>
    <message>
        <source>waited</source>
        <translation>gewartet</translation>
    </message>
    <message>
        <source>heard</source>
        <translation>gehört</translation>
    </message>
    <message>
        <source>thought</source>
        <translation>gedacht</translation>
    </message>
    <message>
        <source>spoke</source>
        <translation>gesprochen</translation>
    </message>
    <message>
        <source>Last reply after {time}</source>
        <translation>Letzte Antwort nach {time}</translation>
    </message>
    <message>
        <source>Waiting and working overlap, so the parts may add up to more than the whole.</source>
        <translation>Warten und Arbeiten überlappen sich, die Teile können also mehr ergeben als das Ganze.</translation>
    </message>
    <message>
        <source>Opens the microphone, and closes it.</source>
        <translation>Öffnet das Mikrofon und schließt es.</translation>
    </message>
    <message>
        <source>Hold it while you speak.</source>
        <translation>Halte es, während du sprichst.</translation>
    </message>
    <message>
        <source>Press it, speak, and press it again.</source>
        <translation>Drück es, sprich, und drück es noch einmal.</translation>
    </message>
</context>
<context>
    <name>Privacy</name>
    <message>
        <source>Privacy</source>
        <translation>Privatsphäre</translation>
    </message>
    <message>
        <source>Nothing that is said leaves this computer.</source>
        <translation>Nichts Gesagtes verlässt diesen Rechner.</translation>
    </message>
    <message>
        <source>Kept on this computer: the words and the sound of your conversations, what the companion keeps in mind of you, your own voices, and your settings. There is no account, no statistics, and nothing is sent when something fails.</source>
        <translation>Auf diesem Rechner gespeichert: die Worte und der Ton deiner Gespräche, was sich das Gegenüber von dir merkt, deine eigenen Stimmen und deine Einstellungen. Es gibt kein Konto, keine Statistik, und nichts wird verschickt, wenn etwas ausfällt.</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>Gespräche</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>How long it stays</source>
        <translation>Wie lange es bleibt</translation>
    </message>
    <message>
        <source>for good</source>
        <translation>für immer</translation>
    </message>
    <message>
        <source>days</source>
        <translation>Tage</translation>
    </message>
    <message>
        <source>Delete a conversation after</source>
        <translation>Ein Gespräch löschen nach</translation>
    </message>
    <message>
        <source>Counted from when it was last continued; deleted when Sotto is started.</source>
        <translation>Gezählt ab der letzten Fortsetzung; gelöscht wird beim Start von Sotto.</translation>
    </message>
    <message>
        <source>Delete everything</source>
        <translation>Alles löschen</translation>
    </message>
    <message>
        <source>Every conversation with its sound, every fact and every copy, without a trace.</source>
        <translation>Jedes Gespräch samt Ton, alles Gemerkte und jede Kopie, spurlos.</translation>
    </message>
    <message>
        <source>Delete everything…</source>
        <translation>Alles löschen …</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Open the folder of {what}</source>
        <translation>Ordner öffnen: {what}</translation>
    </message>
    <message>
        <source>delete</source>
        <translation>löschen</translation>
    </message>
    <message>
        <source>This cannot be undone. To delete everything, write: {word}</source>
        <translation>Das lässt sich nicht rückgängig machen. Um alles zu löschen, schreib: {word}</translation>
    </message>
</context>
<context>
    <name>Published</name>
    <message>
        <source>Some of these are given to whoever has an account and accepts the authors&apos; terms. The access token is entered in the settings, under Models.</source>
        <translation>Manche bekommt, wer ein Konto hat und den Bedingungen der Urheber zustimmt. Der Zugangsschlüssel wird in den Einstellungen unter Modelle eingegeben.</translation>
    </message>
    <message>
        <source>Published voices</source>
        <translation>Veröffentlichte Stimmen</translation>
    </message>
    <message>
        <source>Get this voice</source>
        <translation>Diese Stimme holen</translation>
    </message>
    <message>
        <source>Download: {pack}</source>
        <translation>Herunterladen: {pack}</translation>
    </message>
    <message>
        <source>Open {page}</source>
        <translation>{page} öffnen</translation>
    </message>
</context>
<context>
    <name>Reading</name>
    <message>
        <source>Find a quiet place. Read the text aloud as you would talk, with a short pause after each line, and then the sentence by which you agree. It ends by itself when you have been quiet for three seconds. The recording stays on this computer.</source>
        <translation>Such dir einen ruhigen Ort. Lies den Text so vor, wie du redest, mit einer kurzen Pause nach jeder Zeile, und dann den Satz, mit dem du zustimmst. Die Aufnahme endet von selbst, wenn du drei Sekunden still warst. Sie bleibt auf diesem Rechner.</translation>
    </message>
    <message>
        <source>Record a voice</source>
        <translation>Eine Stimme aufnehmen</translation>
    </message>
    <message>
        <source>Read this aloud:</source>
        <translation>Lies dies vor:</translation>
    </message>
    <message>
        <source>And then this, by which you agree:</source>
        <translation>Und dann dies, womit du zustimmst:</translation>
    </message>
    <message>
        <source>Level of the microphone</source>
        <translation>Pegel des Mikrofons</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Aufnehmen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>It is being listened to…</source>
        <translation>Sie wird geprüft …</translation>
    </message>
    <message>
        <source>Name of the voice</source>
        <translation>Name der Stimme</translation>
    </message>
    <message>
        <source>The microphone is being opened…</source>
        <translation>Das Mikrofon wird geöffnet …</translation>
    </message>
    <message>
        <source>Read now. {seconds} s</source>
        <translation>Lies jetzt. {seconds} s</translation>
    </message>
</context>
<context>
    <name>Sayings</name>
    <message>
        <source>nothing was heard: check that the microphone is on and chosen</source>
        <translation>es war nichts zu hören: prüfe, ob das Mikrofon eingeschaltet und ausgewählt ist</translation>
    </message>
    <message>
        <source>it is too loud and distorted: turn the microphone down, or move away from it</source>
        <translation>sie ist zu laut und verzerrt: stell das Mikrofon leiser, oder geh etwas weg</translation>
    </message>
    <message>
        <source>it is too quiet: come closer, or turn the microphone up</source>
        <translation>sie ist zu leise: komm näher heran, oder stell das Mikrofon lauter</translation>
    </message>
    <message>
        <source>there is too much noise around: find a quieter place</source>
        <translation>es rauscht zu sehr: such einen ruhigeren Ort</translation>
    </message>
    <message>
        <source>it is too short: {length} s of speech, {least_s} are needed</source>
        <translation>sie ist zu kurz: {length} s Sprache, nötig sind {least_s}</translation>
    </message>
    <message>
        <source>it is too long: {seconds} s, at most {most_s}</source>
        <translation>sie ist zu lang: {seconds} s, höchstens {most_s}</translation>
    </message>
    <message>
        <source>more than one voice was heard: it must be one person&apos;s</source>
        <translation>es war mehr als eine Stimme zu hören: es darf nur eine Person sprechen</translation>
    </message>
    <message>
        <source>the consent was not heard: say “{consent}” at the end</source>
        <translation>die Zustimmung war nicht zu hören: sag am Ende „{consent}“</translation>
    </message>
    <message>
        <source>other words were heard than the text ({wrong} differ): read it as it stands, one line after the other</source>
        <translation>es wurden andere Wörter gehört als der Text ({wrong} weichen ab): lies ihn, wie er dasteht, Zeile für Zeile</translation>
    </message>
    <message>
        <source>shipped</source>
        <translation>mitgeliefert</translation>
    </message>
    <message>
        <source>auditioned</source>
        <translation>gefunden</translation>
    </message>
    <message>
        <source>recorded</source>
        <translation>aufgenommen</translation>
    </message>
    <message>
        <source>published</source>
        <translation>veröffentlicht</translation>
    </message>
    <message>
        <source>a clear woman&apos;s voice</source>
        <translation>eine klare Frauenstimme</translation>
    </message>
    <message>
        <source>a calm man&apos;s voice</source>
        <translation>eine ruhige Männerstimme</translation>
    </message>
    <message>
        <source>CMU flite licence (BSD-like); synthetic speech</source>
        <translation>Lizenz von CMU flite (ähnlich BSD); künstliche Sprache</translation>
    </message>
    <message>
        <source>no person: the synthetic flite voice {which}</source>
        <translation>niemandes: die künstliche Stimme {which} von flite</translation>
    </message>
    <message>
        <source>no person: invented by the voice model from seed {seed}</source>
        <translation>niemandes: vom Stimmmodell erfunden, Startwert {seed}</translation>
    </message>
    <message>
        <source>seed {seed}</source>
        <translation>Startwert {seed}</translation>
    </message>
    <message>
        <source>spoken on {date}: {consent}</source>
        <translation>gesprochen am {date}: {consent}</translation>
    </message>
    <message>
        <source>declared on {date}: {consent}</source>
        <translation>erklärt am {date}: {consent}</translation>
    </message>
    <message>
        <source>recorded here</source>
        <translation>hier aufgenommen</translation>
    </message>
    <message>
        <source>taken in from a file</source>
        <translation>aus einer Datei übernommen</translation>
    </message>
    <message>
        <source>the speaker&apos;s own: for use with Sotto by those whom they allow it</source>
        <translation>gehört dem Sprecher: für Sotto bei allen, denen er es erlaubt</translation>
    </message>
    <message>
        <source>talks freely</source>
        <translation>spricht frei</translation>
    </message>
    <message>
        <source>reads aloud</source>
        <translation>liest vor</translation>
    </message>
    <message>
        <source>Sesame publishes it as an example for CSM-1B; whose voice it is, and how they agreed, is not said. Imitating real people without their consent is forbidden there.</source>
        <translation>Sesame veröffentlicht sie als Beispiel für CSM-1B; wessen Stimme es ist und wie zugestimmt wurde, wird nicht gesagt. Echte Menschen ohne ihre Zustimmung nachzuahmen ist dort verboten.</translation>
    </message>
    <message>
        <source>processor, memory, disk</source>
        <translation>Prozessor, Arbeitsspeicher, Festplatte</translation>
    </message>
    <message>
        <source>{runtime} on the processor</source>
        <translation>{runtime} auf dem Prozessor</translation>
    </message>
    <message>
        <source>{runtime} on the graphics card</source>
        <translation>{runtime} auf der Grafikkarte</translation>
    </message>
    <message>
        <source>{cores} processor cores, {all} of memory ({free} free){more}.</source>
        <translation>{cores} Prozessorkerne, {all} Arbeitsspeicher ({free} frei){more}.</translation>
    </message>
    <message>
        <source>{card} with {memory}, of which other programs use {used}.</source>
        <translation>{card} mit {memory}, von denen andere Programme {used} belegen.</translation>
    </message>
    <message>
        <source>{card} with {memory}.</source>
        <translation>{card} mit {memory}.</translation>
    </message>
    <message>
        <source>No graphics card that can be used: everything is computed on the processor.</source>
        <translation>Keine verwendbare Grafikkarte: alles rechnet der Prozessor.</translation>
    </message>
    <message>
        <source>{runtime} does not work on this machine: {why}.</source>
        <translation>{runtime} läuft auf diesem Rechner nicht: {why}.</translation>
    </message>
    <message>
        <source>{runtime} does not work on it and computes on the processor: {why}.</source>
        <translation>{runtime} läuft darauf nicht und rechnet auf dem Prozessor: {why}.</translation>
    </message>
    <message>
        <source>No downloaded pack fits this machine; the pocket pack works.</source>
        <translation>Kein größeres Paket passt auf diesen Rechner; das Taschenpaket läuft.</translation>
    </message>
    <message>
        <source>Recommended: {title}.</source>
        <translation>Empfohlen: {title}.</translation>
    </message>
    <message>
        <source>It will be slow: {why}.</source>
        <translation>Es wird langsam: {why}.</translation>
    </message>
    <message>
        <source>the voice is computed on the processor</source>
        <translation>die Stimme rechnet der Prozessor</translation>
    </message>
    <message>
        <source>On the processor instead of the graphics card: {roles}.</source>
        <translation>Auf dem Prozessor statt auf der Grafikkarte: {roles}.</translation>
    </message>
    <message>
        <source>Does not fit: {title}: {reason}.</source>
        <translation>Passt nicht: {title}: {reason}.</translation>
    </message>
    <message>
        <source>it is for another kind of machine</source>
        <translation>es ist für eine andere Art Rechner</translation>
    </message>
    <message>
        <source>{runtime} does not work here ({why})</source>
        <translation>{runtime} läuft hier nicht ({why})</translation>
    </message>
    <message>
        <source>there is no graphics card that can be used</source>
        <translation>es gibt keine verwendbare Grafikkarte</translation>
    </message>
    <message>
        <source>nothing of it works on the graphics card</source>
        <translation>nichts davon läuft auf der Grafikkarte</translation>
    </message>
    <message>
        <source>its chat model is too large for the processor</source>
        <translation>sein Sprachmodell ist zu groß für den Prozessor</translation>
    </message>
    <message>
        <source>it takes {need} of the graphics card, {free} are free</source>
        <translation>es braucht {need} auf der Grafikkarte, frei sind {free}</translation>
    </message>
    <message>
        <source>it takes {need} of main memory, {free} are free</source>
        <translation>es braucht {need} Arbeitsspeicher, frei sind {free}</translation>
    </message>
    <message>
        <source>it needs {need} on the disk, {free} are free</source>
        <translation>es braucht {need} auf der Festplatte, frei sind {free}</translation>
    </message>
    <message>
        <source>no answer within {seconds} s</source>
        <translation>keine Antwort binnen {seconds} s</translation>
    </message>
    <message>
        <source>Graphics card with {size} GB</source>
        <translation>Grafikkarte mit {size} GB</translation>
    </message>
    <message>
        <source>Apple silicon</source>
        <translation>Apple-Prozessor</translation>
    </message>
    <message>
        <source>Processor only</source>
        <translation>Nur Prozessor</translation>
    </message>
    <message>
        <source>the voice is computed on the processor and waits between sentences</source>
        <translation>die Stimme rechnet der Prozessor, und sie wartet zwischen den Sätzen</translation>
    </message>
    <message>
        <source>the voice does not fit the card: it is computed on the processor and waits between sentences</source>
        <translation>die Stimme passt nicht auf die Karte: sie rechnet der Prozessor, und sie wartet zwischen den Sätzen</translation>
    </message>
    <message>
        <source>everything is computed on the processor: replies are read at once, the voice waits between sentences</source>
        <translation>alles rechnet der Prozessor: Antworten sind sofort zu lesen, die Stimme wartet zwischen den Sätzen</translation>
    </message>
    <message>
        <source>Sesame CSM-1B (official, after accepting its terms)</source>
        <translation>Sesame CSM-1B (offiziell, nach Zustimmung zu den Bedingungen)</translation>
    </message>
    <message>
        <source>CSM-1B (unchanged third-party copy, no account needed)</source>
        <translation>CSM-1B (unveränderte Kopie von Dritten, ohne Konto)</translation>
    </message>
    <message>
        <source>CSM-1B in transformers&apos; layout (third-party copy)</source>
        <translation>CSM-1B in der Form von transformers (Kopie von Dritten)</translation>
    </message>
    <message>
        <source>CSM Expressiva 1B (one expressive voice, speaker 4)</source>
        <translation>CSM Expressiva 1B (eine ausdrucksvolle Stimme, Sprecher 4)</translation>
    </message>
    <message>
        <source>Distil-Whisper large-v3 (English)</source>
        <translation>Distil-Whisper large-v3 (Englisch)</translation>
    </message>
    <message>
        <source>no model of the catalogue is in it, {source}, see `sotto packs catalog` for the files that each needs</source>
        <translation>kein Modell des Katalogs ist darin, {source}; `sotto packs catalog` zeigt, welche Dateien jedes braucht</translation>
    </message>
    <message>
        <source>the server has no such file, {url}, choose another source, or update Sotto</source>
        <translation>der Server hat diese Datei nicht, {url}; wähle eine andere Quelle, oder erneuere Sotto</translation>
    </message>
    <message>
        <source>Text leaves this machine: what you say, and what was said before, is sent to {host}, {where}.</source>
        <translation>Text verlässt diesen Rechner: was du sagst und was zuvor gesagt wurde, wird an {host} gesendet, {where}.</translation>
    </message>
    <message>
        <source>Text leaves this machine: what you say, and what was said before, is sent to {host}.</source>
        <translation>Text verlässt diesen Rechner: was du sagst und was zuvor gesagt wurde, wird an {host} gesendet.</translation>
    </message>
    <message>
        <source>another machine of your network</source>
        <translation>einen anderen Rechner in deinem Netz</translation>
    </message>
    <message>
        <source>a machine on the internet</source>
        <translation>einen Rechner im Internet</translation>
    </message>
    <message>
        <source>The conversation goes on.</source>
        <translation>Das Gespräch geht weiter.</translation>
    </message>
    <message>
        <source>Check the disk and try again.</source>
        <translation>Prüfe die Festplatte, und versuch es noch einmal.</translation>
    </message>
    <message>
        <source>A command could not be read.</source>
        <translation>Ein Befehl war nicht zu lesen.</translation>
    </message>
    <message>
        <source>All else works.</source>
        <translation>Alles andere läuft.</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>Versuch es noch einmal.</translation>
    </message>
    <message>
        <source>A part of Sotto hangs and is started again.</source>
        <translation>Ein Teil von Sotto hängt und wird neu gestartet.</translation>
    </message>
    <message>
        <source>What was said is kept.</source>
        <translation>Was gesagt wurde, ist aufgehoben.</translation>
    </message>
    <message>
        <source>A part of Sotto has failed (the {thread}).</source>
        <translation>Ein Teil von Sotto ist ausgefallen ({thread}).</translation>
    </message>
    <message>
        <source>You can go on talking; it is tried again.</source>
        <translation>Du kannst weiterreden; es wird noch einmal versucht.</translation>
    </message>
    <message>
        <source>This did not work ({why}).</source>
        <translation>Das ging nicht ({why}).</translation>
    </message>
    <message>
        <source>The models could not be loaded ({why}).</source>
        <translation>Die Modelle ließen sich nicht laden ({why}).</translation>
    </message>
    <message>
        <source>Loading the models does not get any further.</source>
        <translation>Das Laden der Modelle kommt nicht voran.</translation>
    </message>
    <message>
        <source>What is kept can be read; nobody answers.</source>
        <translation>Was aufgehoben ist, lässt sich lesen; niemand antwortet.</translation>
    </message>
    <message>
        <source>Choose another pack, or the pocket pack.</source>
        <translation>Wähle ein anderes Paket oder das Taschenpaket.</translation>
    </message>
    <message>
        <source>The engine ended {count} times within a minute ({why}).</source>
        <translation>Die Maschine endete {count}-mal binnen einer Minute ({why}).</translation>
    </message>
    <message>
        <source>It goes on with the pocket pack and the default settings; what was said is kept.</source>
        <translation>Es geht mit dem Taschenpaket und den üblichen Einstellungen weiter; was gesagt wurde, ist aufgehoben.</translation>
    </message>
    <message>
        <source>Choose another pack in the settings, or start Sotto again to try the one you had.</source>
        <translation>Wähle in den Einstellungen ein anderes Paket, oder starte Sotto neu, um es mit dem alten zu versuchen.</translation>
    </message>
    <message>
        <source>The voice does not speak {language}.</source>
        <translation>Die Stimme spricht diese Sprache nicht: {language}.</translation>
    </message>
    <message>
        <source>Replies in it are shown, and kept, as text.</source>
        <translation>Antworten in ihr werden als Text gezeigt und aufgehoben.</translation>
    </message>
    <message>
        <source>No voice of the catalogue speaks it yet.</source>
        <translation>Noch spricht sie keine Stimme des Katalogs.</translation>
    </message>
    <message>
        <source>What speaks it: {voices}.</source>
        <translation>Was sie spricht: {voices}.</translation>
    </message>
    <message>
        <source>it does not answer</source>
        <translation>sie antwortet nicht</translation>
    </message>
    <message>
        <source>it closed its pipe</source>
        <translation>sie schloss ihre Leitung</translation>
    </message>
    <message>
        <source>it was ended by {signal}</source>
        <translation>sie wurde von {signal} beendet</translation>
    </message>
    <message>
        <source>a part of it hung</source>
        <translation>ein Teil von ihr hing</translation>
    </message>
    <message>
        <source>it ended with code {code}</source>
        <translation>sie endete mit Code {code}</translation>
    </message>
    <message>
        <source>it has not been heard of for a moment</source>
        <translation>sie hat einen Moment nichts von sich hören lassen</translation>
    </message>
    <message>
        <source>the voice {name} is unknown, {pack}, choose with --voice: {known}</source>
        <translation>die Stimme {name} ist unbekannt, {pack}; bekannt sind: {known}</translation>
    </message>
    <message>
        <source>the {role} model cannot be used ({why}), {pack}, choose another --pack</source>
        <translation>das Modell „{role}“ ist nicht zu gebrauchen ({why}), {pack}; wähle ein anderes Paket</translation>
    </message>
    <message>
        <source>the format is not known, {file}, let the name end in {endings}</source>
        <translation>das Format ist unbekannt, {file}; lass den Namen auf {endings} enden</translation>
    </message>
    <message>
        <source>there is such a file already, {file}, choose another name</source>
        <translation>diese Datei gibt es schon, {file}; wähle einen anderen Namen</translation>
    </message>
    <message>
        <source>{file}: there is such a file already; choose another name, or replace it</source>
        <translation>{file}: diese Datei gibt es schon; wähle einen anderen Namen, oder ersetze sie</translation>
    </message>
    <message>
        <source>{why}; until then what is said is not kept</source>
        <translation>{why}; bis dahin wird nicht aufgehoben, was gesagt wird</translation>
    </message>
    <message>
        <source>You can go on talking; what was said last is remembered, but not kept.</source>
        <translation>Du kannst weitersprechen; was zuletzt gesagt wurde, ist gemerkt, aber nicht aufgehoben.</translation>
    </message>
    <message>
        <source>the models are still being loaded, this session, ask again when they are</source>
        <translation>die Modelle werden noch geladen; versuch es danach noch einmal</translation>
    </message>
    <message>
        <source>There was not enough memory: {what}.</source>
        <translation>Der Speicher reichte nicht: {what}.</translation>
    </message>
    <message>
        <source>the chat model remembers {count} tokens at a time now</source>
        <translation>das Sprachmodell behält jetzt {count} Zeichen auf einmal</translation>
    </message>
    <message>
        <source>{layers} layers of the chat model are on the card now</source>
        <translation>{layers} Schichten des Sprachmodells liegen jetzt auf der Karte</translation>
    </message>
    <message>
        <source>the {role} model does not fit into this machine&apos;s memory; close other programs or choose a smaller pack</source>
        <translation>das Modell „{role}“ passt nicht in den Speicher dieses Rechners; schließe andere Programme, oder wähle ein kleineres Paket</translation>
    </message>
    <message>
        <source>The graphics card cannot be found any more: everything computes on the processor.</source>
        <translation>Die Grafikkarte ist nicht mehr zu finden: alles rechnet der Prozessor.</translation>
    </message>
    <message>
        <source>{runtime} does not work on the graphics card and computes on the processor: {why}.</source>
        <translation>{runtime} läuft auf der Grafikkarte nicht und rechnet auf dem Prozessor: {why}.</translation>
    </message>
    <message>
        <source>The graphics card is tried out, once: this takes up to a minute.</source>
        <translation>Die Grafikkarte wird ausprobiert, einmal: das dauert bis zu einer Minute.</translation>
    </message>
</context>
<context>
    <name>SettingsWindow</name>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
</context>
<context>
    <name>Shortcuts</name>
    <message>
        <source>Shortcuts</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Choose a field and press the keys, or Backspace for none. Changes hold at once.</source>
        <translation>Wähle ein Feld und drück die Tasten, oder die Rücktaste für keine. Änderungen gelten sofort.</translation>
    </message>
    <message>
        <source>Talk (also held)</source>
        <translation>Sprechen (auch gehalten)</translation>
    </message>
    <message>
        <source>Stop the reply</source>
        <translation>Antwort stoppen</translation>
    </message>
    <message>
        <source>Mute, and unmute</source>
        <translation>Stumm, und wieder laut</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>Schreiben</translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation>Neues Gespräch</translation>
    </message>
    <message>
        <source>Search conversations</source>
        <translation>Gespräche durchsuchen</translation>
    </message>
    <message>
        <source>Show or hide conversations</source>
        <translation>Gespräche zeigen oder verbergen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Restore the original keys</source>
        <translation>Tasten zurücksetzen</translation>
    </message>
    <message>
        <source>In a conversation: arrows walk the turns, Enter plays one again, Ctrl+C copies it, Delete deletes it. In the list: Enter goes on with a conversation, F2 renames it, Delete deletes it.</source>
        <translation>Im Gespräch: Pfeiltasten gehen durch die Wechsel, Eingabe spielt einen noch einmal ab, Strg+C kopiert ihn, Entf löscht ihn. In der Liste: Eingabe setzt ein Gespräch fort, F2 benennt es um, Entf löscht es.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>{key} is taken already: {what}.</source>
        <translation>{key} ist schon vergeben: {what}.</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Search all conversations</source>
        <translation>Gespräche suchen</translation>
    </message>
    <message>
        <source>New talk</source>
        <translation>Neues Gespräch</translation>
    </message>
    <message>
        <source>Do something with the chosen conversation</source>
        <translation>Etwas mit dem gewählten Gespräch tun</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>Gespräche</translation>
    </message>
    <message>
        <source>No conversation holds these words.</source>
        <translation>Kein Gespräch enthält diese Worte.</translation>
    </message>
    <message>
        <source>Nothing is kept yet.</source>
        <translation>Noch ist nichts gespeichert.</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>Umbenennen…</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>Löschen…</translation>
    </message>
</context>
<context>
    <name>Start</name>
    <message>
        <source>Sotto ended unexpectedly several times, and starts with care.</source>
        <translation>Sotto endete mehrmals unerwartet und startet nun vorsichtig.</translation>
    </message>
    <message>
        <source>Everything works, with ordinary settings; yours are kept, and changes are not written.</source>
        <translation>Alles geht, mit gewöhnlichen Einstellungen; deine bleiben erhalten, und Änderungen werden nicht gespeichert.</translation>
    </message>
    <message>
        <source>Start it again to have your own settings back.</source>
        <translation>Starte es noch einmal, um deine Einstellungen wiederzuhaben.</translation>
    </message>
    <message>
        <source>Open reports</source>
        <translation>Berichte öffnen</translation>
    </message>
    <message>
        <source>Something in your settings cannot be used: {where}</source>
        <translation>Etwas in deinen Einstellungen ist nicht zu gebrauchen: {where}</translation>
    </message>
    <message>
        <source>({count} more)</source>
        <translation>({count} weitere)</translation>
    </message>
    <message>
        <source>All other settings hold. The file is kept beside the new one when you change a setting.</source>
        <translation>Alle anderen Einstellungen gelten. Die Datei bleibt neben der neuen erhalten, wenn du etwas änderst.</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>Alles kopieren</translation>
    </message>
    <message>
        <source>Something in the window did not work.</source>
        <translation>Etwas im Fenster hat nicht funktioniert.</translation>
    </message>
    <message>
        <source>The conversation is safe and goes on. A report is in {file}; nothing was sent.</source>
        <translation>Das Gespräch ist sicher und geht weiter. Ein Bericht liegt in {file}; nichts wurde verschickt.</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ordner öffnen</translation>
    </message>
</context>
<context>
    <name>Steering</name>
    <message>
        <source>Nothing can be heard or played for the moment ({why}).</source>
        <translation>Gerade kann nichts gehört oder abgespielt werden ({why}).</translation>
    </message>
    <message>
        <source>You can type; it is tried again by itself.</source>
        <translation>Du kannst schreiben; es wird von selbst wieder versucht.</translation>
    </message>
    <message>
        <source>No microphone was found.</source>
        <translation>Kein Mikrofon wurde gefunden.</translation>
    </message>
    <message>
        <source>No loudspeaker was found.</source>
        <translation>Kein Lautsprecher wurde gefunden.</translation>
    </message>
    <message>
        <source>You can type, and read the answers.</source>
        <translation>Du kannst schreiben und die Antworten lesen.</translation>
    </message>
    <message>
        <source>Plug one in; it is taken by itself.</source>
        <translation>Steck eines ein; es wird von selbst genommen.</translation>
    </message>
    <message>
        <source>Nothing that was said is lost, and you can read and write.</source>
        <translation>Nichts Gesagtes ist verloren, und du kannst lesen und schreiben.</translation>
    </message>
    <message>
        <source>The engine stopped {why}.</source>
        <translation>Die Maschine ist ausgefallen {why}.</translation>
    </message>
    <message>
        <source>It is being started again.</source>
        <translation>Sie wird neu gestartet.</translation>
    </message>
    <message>
        <source>It runs on the pocket pack, with ordinary settings.</source>
        <translation>Es läuft mit dem Taschenpaket und gewöhnlichen Einstellungen.</translation>
    </message>
    <message>
        <source>Choose other models in Settings, under Models.</source>
        <translation>Wähle andere Modelle in den Einstellungen unter Modelle.</translation>
    </message>
    <message>
        <source>The engine would not stay up {why}.</source>
        <translation>Die Maschine lief nicht stabil {why}.</translation>
    </message>
    <message>
        <source>Past conversations are safe on the disk.</source>
        <translation>Frühere Gespräche sind sicher auf der Platte.</translation>
    </message>
    <message>
        <source>The engine cannot be started {why}.</source>
        <translation>Die Maschine lässt sich nicht starten {why}.</translation>
    </message>
    <message>
        <source>Start Sotto again.</source>
        <translation>Starte Sotto neu.</translation>
    </message>
</context>
<context>
    <name>Taking</name>
    <message>
        <source>Three to forty seconds of one person, without music or other sounds.</source>
        <translation>Drei bis vierzig Sekunden einer einzigen Person, ohne Musik oder andere Geräusche.</translation>
    </message>
    <message>
        <source>A voice from a recording</source>
        <translation>Eine Stimme aus einer Aufnahme</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Name of the voice</source>
        <translation>Name der Stimme</translation>
    </message>
    <message>
        <source>What is said in it, word for word</source>
        <translation>Was darin gesagt wird, Wort für Wort</translation>
    </message>
    <message>
        <source>Whose voice it is, and how they agreed</source>
        <translation>Wessen Stimme es ist und wie zugestimmt wurde</translation>
    </message>
    <message>
        <source>Take in</source>
        <translation>Übernehmen</translation>
    </message>
    <message>
        <source>It is being listened to…</source>
        <translation>Sie wird geprüft …</translation>
    </message>
</context>
<context>
    <name>TalkButton</name>
    <message>
        <source>Talk</source>
        <translation>Sprechen</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Show Sotto</source>
        <translation>Sotto zeigen</translation>
    </message>
    <message>
        <source>Talk, or stop talking</source>
        <translation>Sprechen, oder aufhören</translation>
    </message>
    <message>
        <source>Mute, or unmute</source>
        <translation>Stumm, oder wieder laut</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
</context>
<context>
    <name>Try</name>
    <message>
        <source>Try it</source>
        <translation>Probier es aus</translation>
    </message>
    <message>
        <source>Press the round button: the microphone opens.</source>
        <translation>Drück auf den runden Knopf: Das Mikrofon geht auf.</translation>
    </message>
    <message>
        <source>Say “Hello, how are you today?”</source>
        <translation>Sag auf Englisch: „Hello, how are you today?“</translation>
    </message>
    <message>
        <source>Your words appear, and then the answer; you hear it.</source>
        <translation>Deine Worte erscheinen, dann die Antwort; du hörst sie.</translation>
    </message>
    <message>
        <source>Speak at any time to interrupt it. Writing works, too, always.</source>
        <translation>Sprich jederzeit, um es zu unterbrechen. Schreiben geht auch, immer.</translation>
    </message>
</context>
<context>
    <name>TurnActions</name>
    <message>
        <source>Play this again</source>
        <translation>Noch einmal abspielen</translation>
    </message>
    <message>
        <source>Copy the words</source>
        <translation>Worte kopieren</translation>
    </message>
    <message>
        <source>Delete this turn</source>
        <translation>Diesen Wechsel löschen</translation>
    </message>
</context>
<context>
    <name>UnderWay</name>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} von {total}</translation>
    </message>
    <message>
        <source>{size} a second</source>
        <translation>{size} in der Sekunde</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird angehalten …</translation>
    </message>
    <message>
        <source>Asking what there is</source>
        <translation>Fragt, was es gibt</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>Wird heruntergeladen</translation>
    </message>
    <message>
        <source>Waiting for the network</source>
        <translation>Wartet auf das Netz</translation>
    </message>
    <message>
        <source>Verifying</source>
        <translation>Wird geprüft</translation>
    </message>
    <message>
        <source>Copying</source>
        <translation>Wird kopiert</translation>
    </message>
    <message>
        <source>Putting together</source>
        <translation>Wird zusammengestellt</translation>
    </message>
</context>
<context>
    <name>Voices</name>
    <message>
        <source>Voices</source>
        <translation>Stimmen</translation>
    </message>
    <message>
        <source>The voice that you choose speaks from the next reply on.</source>
        <translation>Die gewählte Stimme spricht ab der nächsten Antwort.</translation>
    </message>
    <message>
        <source>The voices are shown as soon as the models are loaded.</source>
        <translation>Die Stimmen erscheinen, sobald die Modelle geladen sind.</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Play {voice}</source>
        <translation>{voice} abspielen</translation>
    </message>
    <message>
        <source>your own</source>
        <translation>deine eigene</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Welcome</source>
        <translation>Willkommen</translation>
    </message>
    <message>
        <source>You talk, and Sotto talks back, in a voice that you choose. All of it happens here:</source>
        <translation>Du sprichst, und Sotto antwortet, mit einer Stimme, die du wählst. Alles davon geschieht hier:</translation>
    </message>
    <message>
        <source>What you say, and what it answers, never leaves this computer.</source>
        <translation>Was du sagst und was es antwortet, verlässt nie diesen Rechner.</translation>
    </message>
    <message>
        <source>There is no account, and nothing is counted or sent.</source>
        <translation>Es gibt kein Konto, und nichts wird gezählt oder verschickt.</translation>
    </message>
    <message>
        <source>What is kept you can read, take out and delete.</source>
        <translation>Was gespeichert ist, kannst du lesen, mitnehmen und löschen.</translation>
    </message>
    <message>
        <source>How it should look</source>
        <translation>Wie es aussehen soll</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>Textgröße</translation>
    </message>
    <message>
        <source>Reduce motion</source>
        <translation>Weniger Bewegung</translation>
    </message>
    <message>
        <source>Language of the window</source>
        <translation>Sprache des Fensters</translation>
    </message>
    <message>
        <source>Holds when Sotto is started again.</source>
        <translation>Gilt, wenn Sotto neu gestartet wird.</translation>
    </message>
</context>
</TS>
