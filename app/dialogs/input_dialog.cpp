#include "app/dialogs/input_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/session/input_hint.h"
#include "widgets/common/describe.h"

namespace qs::app {
namespace {

QString shapeText(const std::vector<int64_t>& shape) {
    QStringList parts;
    for (const int64_t extent : shape) {
        parts << (extent < 0 ? QStringLiteral("?") : QString::number(extent));
    }
    return parts.join(QLatin1Char('x'));
}

QString nameOf(const protocol::TensorInfo& input, size_t index) {
    return input.name.empty() ? InputDialog::tr("input %1").arg(index + 1)
                              : QString::fromStdString(input.name);
}

}  // namespace

InputDialog::InputDialog(const QString& reason, const std::vector<protocol::TensorInfo>& inputs,
                         QWidget* parent)
    : QDialog(parent),
      declared_(inputs),
      problem_(new QLabel(this)),
      buttons_(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this)) {
    setObjectName(QStringLiteral("inputDialog"));
    setWindowTitle(tr("Shapes of the inputs"));
    auto* layout = new QVBoxLayout(this);
    const auto addText = [&](const QString& text, const char* name) {
        auto* label = new QLabel(text, this);
        label->setObjectName(QLatin1String(name));
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        label->setVisible(!text.isEmpty());
        layout->addWidget(label);
    };
    addText(reason, "inputReason");
    addText(tr("The shape with its batch, for example 1x3x224x224."), "inputHelp");
    auto* form = new QFormLayout;
    for (size_t i = 0; i < declared_.size(); ++i) {
        auto* edit = new QLineEdit(shapeText(declared_[i].shape), this);
        edit->setObjectName(QStringLiteral("inputShape%1").arg(i));
        edit->setToolTip(describe::tensor(declared_[i]));
        form->addRow(nameOf(declared_[i], i) + QLatin1Char(':'), edit);
        connect(edit, &QLineEdit::textChanged, this, &InputDialog::validate);
        edits_.push_back(edit);
    }
    layout->addLayout(form);
    problem_->setObjectName(QStringLiteral("inputProblem"));
    problem_->setWordWrap(true);
    layout->addWidget(problem_);
    layout->addStretch();
    QPushButton* reset = buttons_->addButton(tr("As in the file"), QDialogButtonBox::ResetRole);
    reset->setObjectName(QStringLiteral("inputReset"));
    reset->setToolTip(
        tr("Forget the shapes that were entered and open the model as its file and the data say"));
    layout->addWidget(buttons_);
    connect(reset, &QPushButton::clicked, this, [this] {
        fileDecides_ = true;
        accept();
    });
    connect(buttons_, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
    setMinimumWidth(460);
    validate();
}

void InputDialog::setData(const std::vector<protocol::TensorInfo>& samples) {
    if (samples.empty()) {
        return;
    }
    QPushButton* button = buttons_->addButton(tr("From the data"), QDialogButtonBox::ActionRole);
    button->setObjectName(QStringLiteral("inputFromData"));
    button->setToolTip(describe::tensor(samples.front()));
    connect(button, &QPushButton::clicked, this, [this, samples] {
        for (size_t i = 0; i < edits_.size(); ++i) {
            const auto named = std::find_if(samples.begin(), samples.end(), [&](const auto& sample) {
                return !sample.name.empty() && sample.name == declared_[i].name;
            });
            if (named == samples.end() && i >= samples.size()) {
                continue;
            }
            std::vector<int64_t> shape = named == samples.end() ? samples[i].shape : named->shape;
            shape.insert(shape.begin(), 1);
            edits_[i]->setText(shapeText(shape));
        }
    });
}

std::vector<protocol::TensorInfo> InputDialog::inputs() const {
    if (fileDecides_) {
        return {};
    }
    std::vector<protocol::TensorInfo> result = declared_;
    for (size_t i = 0; i < result.size(); ++i) {
        result[i].shape = parseShape(edits_[i]->text()).value_or(std::vector<int64_t>());
    }
    return result;
}

QString InputDialog::obstacle() const {
    for (size_t i = 0; i < declared_.size(); ++i) {
        const QString name = nameOf(declared_[i], i);
        const auto shape = parseShape(edits_[i]->text());
        if (!shape) {
            return tr("The shape of %1 is numbers greater than 0 with x between them.").arg(name);
        }
        if (std::any_of(shape->begin(), shape->end(), [](int64_t extent) { return extent < 0; })) {
            return tr("Give a number for every ? in the shape of %1.").arg(name);
        }
        const size_t rank = declared_[i].shape.size();
        if (rank != 0 && shape->size() != rank) {
            return tr("%1 has %n dimension(s).", nullptr, static_cast<int>(rank)).arg(name);
        }
    }
    return {};
}

void InputDialog::validate() {
    const QString text = obstacle();
    problem_->setText(text);
    buttons_->button(QDialogButtonBox::Ok)->setEnabled(text.isEmpty());
}

}  // namespace qs::app
