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

    static QString of(const protocol::Departure& d) {
        const QString by = QString::fromStdString(d.computed_by);
        if (d.kind == "behind") {
            return tr("all integers before it agree: what differs comes from the float layers from here on");
        }
        if (d.kind == "float") {
            return tr("the runtime computes it in float (%1), which rounds otherwise than integers").arg(by);
        }
        if (d.kind == "boundary") {
            return d.difference.op == "quantize"
                       ? tr("the real numbers that are quantized there differ, or the quantize rounds "
                            "otherwise")
                       : tr("the change to another grid rounds otherwise");
        }
        return by.isEmpty() ? tr("the runtime computes otherwise there")
                            : tr("the runtime computes it as %1, otherwise than the engine").arg(by);
    }
    static QString unseen(int64_t steps) {
        return tr("steps before it that cannot be looked at without changing what the runtime does: %1")
            .arg(format::integer(steps));
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

QString departureText(const protocol::Departure& departure) {
    QStringList texts{VerdictText::of(departure)};
    if (departure.unseen > 0) {
        texts.append(VerdictText::unseen(departure.unseen));
    }
    return texts.join(VerdictText::separator());
}

}  // namespace qs
