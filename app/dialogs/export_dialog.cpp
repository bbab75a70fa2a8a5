#include "app/dialogs/export_dialog.h"
#include "widgets/common/engine_text.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>

namespace qs::app {
namespace {

constexpr int kDescriptionLines = 2;

}  // namespace

ExportDialog::ExportDialog(std::vector<protocol::TargetInfo> targets, const ExportStart& start,
                           QWidget* parent)
    : QDialog(parent),
      targets_(std::move(targets)),
      fp32_(start.fp32),
      hasData_(start.hasData),
      target_(new QComboBox(this)),
      description_(new QLabel(this)),
      path_(new QLineEdit(QDir::toNativeSeparators(start.path), this)),
      opset_(new QSpinBox(this)),
      preprocessing_(new QCheckBox(tr("Preprocessing inside: the file takes pixels 0..255"), this)),
      verify_(new QCheckBox(tr("Verify after writing"), this)),
      obstacle_(new QLabel(this)) {
    setObjectName(QStringLiteral("exportDialog"));
    setWindowTitle(tr("Export %1").arg(start.what));
    target_->setObjectName(QStringLiteral("exportTarget"));
    for (const auto& target : targets_) {
        target_->addItem(QString::fromStdString(target.name), QString::fromStdString(target.name));
        target_->setItemData(target_->count() - 1, engineText(target.description), Qt::ToolTipRole);
    }
    description_->setObjectName(QStringLiteral("exportDescription"));
    description_->setWordWrap(true);
    description_->setForegroundRole(QPalette::PlaceholderText);
    description_->setMinimumHeight(description_->fontMetrics().lineSpacing() * kDescriptionLines);
    description_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    path_->setObjectName(QStringLiteral("exportPath"));
    opset_->setObjectName(QStringLiteral("exportOpset"));
    preprocessing_->setObjectName(QStringLiteral("exportPreprocessing"));
    verify_->setObjectName(QStringLiteral("exportVerify"));
    obstacle_->setObjectName(QStringLiteral("exportObstacle"));
    obstacle_->setWordWrap(true);
    obstacle_->setMinimumHeight(obstacle_->fontMetrics().lineSpacing());
    auto* browse = new QPushButton(tr("Browse..."), this);
    browse->setObjectName(QStringLiteral("exportBrowse"));
    auto* place = new QHBoxLayout;
    place->addWidget(path_, 1);
    place->addWidget(browse);

    auto* layout = new QVBoxLayout(this);
    auto* form = new QFormLayout;
    form->addRow(tr("Target:"), target_);
    form->addRow(QString(), description_);
    form->addRow(tr("Write to:"), place);
    form->addRow(tr("ONNX opset:"), opset_);
    form->addRow(QString(), preprocessing_);
    form->addRow(QString(), verify_);
    layout->addLayout(form);
    layout->addWidget(obstacle_);
    layout->addStretch();
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    ok_ = buttons->button(QDialogButtonBox::Ok);
    ok_->setText(tr("Export"));
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &ExportDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(target_, &QComboBox::currentIndexChanged, this, &ExportDialog::showTarget);
    connect(path_, &QLineEdit::textChanged, this, &ExportDialog::check);
    connect(browse, &QPushButton::clicked, this, &ExportDialog::browse);

    preprocessing_->setEnabled(hasData_);
    if (!hasData_) {
        preprocessing_->setToolTip(tr("Choose data first: it says what the preprocessing is."));
    }
    const int wanted = target_->findData(start.target);
    target_->setCurrentIndex(wanted >= 0 ? wanted : firstFileTarget());
    showTarget();
    setMinimumWidth(560);
}

int ExportDialog::firstFileTarget() const {
    const auto found = std::ranges::find_if(targets_, [](const auto& target) { return target.is_default; });
    return found == targets_.end() ? 0 : static_cast<int>(found - targets_.begin());
}

const protocol::TargetInfo& ExportDialog::target() const {
    return targets_[static_cast<size_t>(target_->currentIndex())];
}

void ExportDialog::showTarget() {
    const protocol::TargetInfo& target = this->target();
    description_->setText(engineText(target.description));
    opset_->setEnabled(target.opset > 0);
    opset_->setSpecialValueText(target.opset > 0 ? QString() : tr("not ONNX"));
    opset_->setRange(target.opset, std::max(target.opset, target.newest_opset));
    opset_->setValue(target.opset);
    verify_->setEnabled(!target.runtime.empty());
    verify_->setChecked(!target.runtime.empty());
    verify_->setToolTip(target.runtime.empty()
                            ? tr("Nothing on this machine opens what is written.")
                            : tr("Opens the file in %1 and compares it with the engine on the same samples")
                                  .arg(QString::fromStdString(target.runtime)));
    QString path = path_->text();
    if (!extension_.isEmpty() && path.endsWith(extension_)) {
        path.chop(extension_.size());
    }
    extension_ = QString::fromStdString(target.extension);
    path_->setText(path.endsWith(extension_) ? path : path + extension_);
    check();
}

QString ExportDialog::obstacle() const {
    const QFileInfo info(path_->text().trimmed());
    if (path_->text().trimmed().isEmpty() || info.fileName().isEmpty()) {
        return target().extension.empty() ? tr("Give the folder a name.") : tr("Give the file a name.");
    }
    if (!info.dir().exists()) {
        return tr("There is no folder %1.").arg(QDir::toNativeSeparators(info.absolutePath()));
    }
    if (!target().extension.empty() && info.isDir()) {
        return tr("%1 is a folder.").arg(info.fileName());
    }
    return {};
}

void ExportDialog::check() {
    const QString problem = obstacle();
    obstacle_->setText(problem);
    ok_->setEnabled(problem.isEmpty());
}

void ExportDialog::browse() {
    const QString now = path_->text().trimmed();
    QString path;
    if (target().extension.empty()) {
        // The export is a new folder in the one that is chosen.
        const QString parent =
            QFileDialog::getExistingDirectory(this, tr("Folder to write to"), QFileInfo(now).absolutePath());
        path = parent.isEmpty() ? parent : QDir(parent).filePath(QFileInfo(now).fileName());
    } else {
        path = QFileDialog::getSaveFileName(
            this, windowTitle(), now,
            QStringLiteral("%1 (*%2)").arg(QString::fromStdString(target().name), extension_), nullptr,
            QFileDialog::DontConfirmOverwrite);
    }
    if (!path.isEmpty()) {
        path_->setText(QDir::toNativeSeparators(path));
    }
}

void ExportDialog::accept() {
    const QString path = choice().path;
    replace_ = false;
    if (QFileInfo::exists(path)) {
        QMessageBox question(QMessageBox::Warning, tr("Replace?"),
                             tr("%1 exists already. Replace it?").arg(QDir::toNativeSeparators(path)),
                             QMessageBox::Yes | QMessageBox::Cancel, this);
        question.setObjectName(QStringLiteral("replaceQuestion"));
        question.setDefaultButton(QMessageBox::Cancel);
        question.button(QMessageBox::Yes)->setText(tr("Replace"));
        if (question.exec() != QMessageBox::Yes) {
            return;
        }
        replace_ = true;
    }
    QDialog::accept();
}

ExportChoice ExportDialog::choice() const {
    ExportChoice choice;
    QString path = path_->text().trimmed();
    if (!path.endsWith(extension_)) {
        path += extension_;
    }
    choice.path = QFileInfo(QDir::fromNativeSeparators(path)).absoluteFilePath();
    choice.target = QString::fromStdString(target().name);
    choice.opset = target().opset > 0 ? opset_->value() : 0;
    choice.preprocessingInside = preprocessing_->isEnabled() && preprocessing_->isChecked();
    choice.replace = replace_;
    choice.fp32 = fp32_;
    choice.verify = verify_->isEnabled() && verify_->isChecked();
    return choice;
}

}  // namespace qs::app
