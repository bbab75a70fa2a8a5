#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>
#include <QIcon>
#include <QLibraryInfo>
#include <QProcess>
#include <QTranslator>
#include <algorithm>
#include <cstdio>
#include <string_view>

#include "app/client/engine_client.h"
#include "app/mainwindow.h"
#include "app/resources.h"
#include "app/session/session.h"

namespace {

using namespace qs::app;

struct Arguments {
    QString path;
    QString data;
    QString engine;
    QString language;
    bool sample = false;
};

/// Ends the program on --help, --version and wrong usage.
Arguments parse(const QStringList& arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QCoreApplication::translate("main", "A workbench for quantizing neural networks."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption sample(QStringLiteral("sample"),
                                    QCoreApplication::translate("main", "Open the bundled sample."));
    const QCommandLineOption data(
        QStringLiteral("data"),
        QCoreApplication::translate(
            "main", "Data: FORMAT[:ARGUMENT], for example imagefolder:DIR or npy:X.npy,Y.npy."),
        QStringLiteral("SPEC"));
    const QCommandLineOption engine(
        QStringLiteral("engine"),
        QCoreApplication::translate("main",
                                    "Command that starts the engine, for example \"ssh host qscope serve\"."),
        QStringLiteral("CMD"));
    const QCommandLineOption language(
        QStringLiteral("language"),
        QCoreApplication::translate("main", "Language of the window, for example zh_CN; else the system's."),
        QStringLiteral("LOCALE"));
    parser.addOptions({sample, data, engine, language});
    parser.addPositionalArgument(QStringLiteral("file"),
                                 QCoreApplication::translate("main", "Project or model."),
                                 QStringLiteral("[PROJECT|MODEL]"));
    parser.process(arguments);
    if (parser.positionalArguments().size() > 1 ||
        (parser.isSet(sample) && !parser.positionalArguments().isEmpty())) {
        std::fputs(qPrintable(parser.helpText()), stderr);
        std::exit(2);
    }
    return {parser.positionalArguments().value(0), parser.value(data), parser.value(engine),
            parser.value(language), parser.isSet(sample)};
}

/// `qscope serve` from the same folder, or what the person has asked for.
EngineCommand engineCommand(const QString& command) {
    QStringList parts = QProcess::splitCommand(command);
    if (parts.isEmpty()) {
        return {QDir(QCoreApplication::applicationDirPath()).filePath(QStringLiteral("qscope")),
                {QStringLiteral("serve")}};
    }
    const QString program = parts.takeFirst();
    return {program, parts};
}

/// --language has to be known before the texts of the command line are translated.
QString requestedLanguage(const QStringList& arguments) {
    const qsizetype at = arguments.indexOf(QStringLiteral("--language"));
    if (at >= 0) {
        return arguments.value(at + 1);
    }
    const QStringList joined = arguments.filter(QStringLiteral("--language="));
    return joined.isEmpty() ? QString() : joined.first().section(QLatin1Char('='), 1);
}

void installTranslators(QCoreApplication& application) {
    const QString language = requestedLanguage(application.arguments());
    if (!language.isEmpty()) {
        QLocale::setDefault(QLocale(language));
    }
    const auto install = [&](const QString& file, const QString& folder) {
        auto* translator = new QTranslator(&application);
        if (translator->load(QLocale(), file, QStringLiteral("_"), folder)) {
            QCoreApplication::installTranslator(translator);
        }
    };
    install(QStringLiteral("qtbase"), QLibraryInfo::path(QLibraryInfo::TranslationsPath));
    // English plural forms are a translation too; a language without one of its own gets them.
    auto* english = new QTranslator(&application);
    if (english->load(QStringLiteral(":/i18n/quantoscope_en.qm"))) {
        QCoreApplication::installTranslator(english);
    }
    install(QStringLiteral("quantoscope"), QStringLiteral(":/i18n"));
}

/// Whether the command line asks for what is printed, which needs no display.
bool asksForText(int argc, char** argv) {
    return std::any_of(argv + 1, argv + argc, [](std::string_view word) {
        return word == "--help" || word == "--help-all" || word == "-h" || word == "--version" ||
               word == "-v";
    });
}

void describeProgram() {
    QCoreApplication::setOrganizationName(QStringLiteral("Quantoscope"));
    QCoreApplication::setApplicationName(QStringLiteral("Quantoscope"));
    QCoreApplication::setApplicationVersion(QStringLiteral(QS_VERSION));
}

}  // namespace

int main(int argc, char** argv) {
    if (asksForText(argc, argv)) {
        QCoreApplication application(argc, argv);
        describeProgram();
        installTranslators(application);
        parse(QCoreApplication::arguments());
        return 0;
    }
    QApplication application(argc, argv);
    describeProgram();
    initResources();
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/quantoscope.svg")));
    installTranslators(application);
    const Arguments arguments = parse(QApplication::arguments());

    EngineClient client(engineCommand(arguments.engine));
    Session session(client);
    MainWindow window(client, session);
    window.show();
    client.start();

    std::optional<qs::protocol::DataSpec> data;
    if (!arguments.data.isEmpty()) {
        data = qs::protocol::DataSpec{arguments.data.toStdString(), {}};
    }
    if (arguments.sample) {
        window.openSample();
    } else if (!arguments.path.isEmpty()) {
        window.open(QFileInfo(arguments.path).absoluteFilePath(), data);
    }
    return QApplication::exec();
}
