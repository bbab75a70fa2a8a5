#include <gtest/gtest.h>

#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <vector>

namespace {

struct Message {
    QString source;
    QStringList forms;
    bool finished = true;
};

std::vector<Message> readMessages(const QString& name) {
    QFile file(name.startsWith(QLatin1Char('/')) ? name
                                                 : QStringLiteral(QS_SOURCE_DIR "/translations/") + name);
    EXPECT_TRUE(file.open(QIODevice::ReadOnly)) << name.toStdString();
    std::vector<Message> messages;
    QXmlStreamReader xml(&file);
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement) {
            continue;
        }
        if (xml.name() == QLatin1String("source")) {
            messages.push_back({xml.readElementText(), {}});
        } else if (xml.name() == QLatin1String("numerusform")) {
            messages.back().forms << xml.readElementText();
        } else if (xml.name() == QLatin1String("translation")) {
            messages.back().finished = !xml.attributes().hasAttribute(QStringLiteral("type"));
            while (xml.readNext() != QXmlStreamReader::EndElement) {
                if (xml.isStartElement()) {
                    messages.back().forms << xml.readElementText();
                } else if (xml.isCharacters() && !xml.isWhitespace()) {
                    messages.back().forms << xml.text().toString();
                }
            }
        }
    }
    EXPECT_FALSE(xml.hasError()) << xml.errorString().toStdString();
    return messages;
}

QSet<QString> placeholders(const QString& text) {
    static const QRegularExpression pattern(QStringLiteral("%(?:\\d|n)"));
    QSet<QString> found;
    for (auto match = pattern.globalMatch(text); match.hasNext();) {
        found.insert(match.next().captured());
    }
    return found;
}

class TranslationTest : public testing::TestWithParam<const char*> {};

TEST_P(TranslationTest, IsCompleteAndKeepsEveryPlaceholder) {
    const std::vector<Message> messages = readMessages(QLatin1String(GetParam()));
    ASSERT_FALSE(messages.empty());
    for (const auto& message : messages) {
        const std::string source = message.source.toStdString();
        EXPECT_TRUE(message.finished) << source;
        ASSERT_FALSE(message.forms.isEmpty()) << source;
        for (const auto& form : message.forms) {
            EXPECT_FALSE(form.isEmpty()) << source;
            EXPECT_EQ(placeholders(form), placeholders(message.source)) << source;
        }
    }
}

/// As the build target update_translations does it, on a copy.
TEST(TranslationsTest, EveryTextOfTheSourcesIsInTheChineseFile) {
    QTemporaryDir folder;
    const QString name = QStringLiteral("/quantoscope_zh_CN.ts");
    const QString copy = folder.path() + name;
    ASSERT_TRUE(QFile::copy(QStringLiteral(QS_SOURCE_DIR "/translations") + name, copy));
    QStringList arguments = QStringLiteral(QS_TRANSLATED_FOLDERS).split(QLatin1Char('|'));
    arguments << QStringLiteral("-I") << QStringLiteral(QS_SOURCE_DIR) << QStringLiteral("-locations")
              << QStringLiteral("none") << QStringLiteral("-no-obsolete") << QStringLiteral("-ts") << copy;
    QProcess lupdate;
    lupdate.setProcessChannelMode(QProcess::MergedChannels);
    lupdate.start(QStringLiteral(QS_LUPDATE), arguments);
    ASSERT_TRUE(lupdate.waitForFinished(120'000)) << lupdate.errorString().toStdString();
    ASSERT_EQ(lupdate.exitCode(), 0) << lupdate.readAll().toStdString();
    QSet<QString> used;
    for (const auto& message : readMessages(copy)) {
        used.insert(message.source);
        EXPECT_TRUE(message.finished)
            << "run the target update_translations and translate: " << message.source.toStdString();
    }
    for (const auto& message : readMessages(QStringLiteral(QS_SOURCE_DIR "/translations") + name)) {
        EXPECT_TRUE(used.contains(message.source))
            << "no longer in the sources: " << message.source.toStdString();
    }
}

INSTANTIATE_TEST_SUITE_P(AllLanguages, TranslationTest,
                         testing::Values("quantoscope_en.ts", "quantoscope_zh_CN.ts"));

}  // namespace
