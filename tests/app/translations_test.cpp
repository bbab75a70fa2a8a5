#include <gtest/gtest.h>

#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QXmlStreamReader>
#include <vector>

namespace {

struct Message {
    QString source;
    QStringList forms;
    bool finished = true;
};

std::vector<Message> readMessages(const QString& name) {
    QFile file(QStringLiteral(QS_SOURCE_DIR "/translations/") + name);
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

INSTANTIATE_TEST_SUITE_P(AllLanguages, TranslationTest,
                         testing::Values("quantoscope_en.ts", "quantoscope_zh_CN.ts"));

}  // namespace
