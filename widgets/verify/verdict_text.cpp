#include "widgets/verify/verdict_text.h"

#include <QCoreApplication>
#include <QStringList>
#include <cmath>

#include "protocol/verdict.h"
#include "widgets/common/format.h"

namespace qs {

namespace {

struct VerdictText {
    Q_DECLARE_TR_FUNCTIONS(qs::VerdictText)

  public:
    static QString of(const protocol::Judgement& f) {
        using Kind = protocol::Judgement::Kind;
        const QString subject = QString::fromStdString(f.subject);
        switch (f.kind) {
            case Kind::Classes:
                return tr("%1 of %2 samples get the same class (at least %3)")
                    .arg(format::percent(f.value), format::integer(f.count), format::percent(f.limit));
            case Kind::Accuracy:
                return tr("top-1 %1 in the engine and %2 in the file (at most %3 points apart)")
                    .arg(format::percent(f.value), format::percent(f.other), format::number(f.limit, 2));
            case Kind::Output:
                return std::isnan(f.value)
                           ? tr("output %1: equal").arg(subject)
                           : tr("output %1: SQNR %2 dB (at least %3 dB)")
                                 .arg(subject, format::number(f.value, 1), format::number(f.limit, 1));
            case Kind::LayerOut:
                return tr("layer %1 is the first that leaves tolerance: %2 of its values are within 1 LSB "
                          "(at "
                          "least %3)")
                    .arg(subject, format::percent(f.value), format::percent(f.limit));
            case Kind::MissingLayers:
                return tr("the file does not hold %1 of the recipe's INT8 layers (%2): it is no export of it")
                    .arg(format::integer(f.count), subject);
            case Kind::MissingWeights:
                return tr("the file holds %1 INT8 weights less than the recipe makes: it is no export of it")
                    .arg(format::integer(f.count));
            case Kind::AllLayers:
                break;
        }
        return tr("all %1 INT8 layers are within 1 LSB on %2 of their values")
            .arg(format::integer(f.count), format::percent(f.limit));
    }

    static QString separator() { return tr("; ", "between the judgements of a verdict"); }
};

}  // namespace

QString verdictText(const protocol::VerifyResult& result) {
    QStringList texts;
    for (const protocol::Judgement& judgement : protocol::judgementsOf(result)) {
        if (judgement.passed == result.passed) {
            texts.append(VerdictText::of(judgement));
        }
    }
    return texts.join(VerdictText::separator());
}

}  // namespace qs
