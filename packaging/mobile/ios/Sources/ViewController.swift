import UIKit

/// Takes or chooses a photograph and says what the network sees in it.
final class ViewController: UIViewController {
    private let imageView = UIImageView()
    private let label = UILabel()
    private let worker = DispatchQueue(label: "org.quantoscope.classifier")
    /// Made on the worker, where it is used.
    private lazy var classifier = Result { try Classifier() }

    override func viewDidLoad() {
        super.viewDidLoad()
        view.backgroundColor = .systemBackground
        imageView.contentMode = .scaleAspectFit
        imageView.setContentHuggingPriority(.defaultLow, for: .vertical)
        imageView.setContentCompressionResistancePriority(.defaultLow, for: .vertical)
        label.numberOfLines = 0
        label.text = "Take or choose a photograph."

        let buttons = UIStackView(arrangedSubviews: [
            button("Camera", .camera), button("Gallery", .photoLibrary),
        ])
        buttons.distribution = .fillEqually
        let stack = UIStackView(arrangedSubviews: [imageView, label, buttons])
        stack.axis = .vertical
        stack.spacing = 16
        stack.translatesAutoresizingMaskIntoConstraints = false
        view.addSubview(stack)
        let area = view.safeAreaLayoutGuide
        NSLayoutConstraint.activate([
            stack.topAnchor.constraint(equalTo: area.topAnchor, constant: 16),
            stack.bottomAnchor.constraint(equalTo: area.bottomAnchor, constant: -16),
            stack.leadingAnchor.constraint(equalTo: area.leadingAnchor, constant: 16),
            stack.trailingAnchor.constraint(equalTo: area.trailingAnchor, constant: -16),
        ])
    }

    private func button(_ title: String, _ source: UIImagePickerController.SourceType) -> UIButton {
        let action = UIAction(title: title) { [weak self] _ in self?.choose(from: source) }
        let button = UIButton(type: .system, primaryAction: action)
        button.isEnabled = UIImagePickerController.isSourceTypeAvailable(source)
        return button
    }

    private func choose(from source: UIImagePickerController.SourceType) {
        let picker = UIImagePickerController()
        picker.sourceType = source
        picker.delegate = self
        present(picker, animated: true)
    }

    private func classify(_ image: UIImage) {
        imageView.image = image
        label.text = "Working…"
        worker.async { [self] in
            let text: String
            do {
                text = try classifier.get().describe(image).joined(separator: "\n")
            } catch {
                text = "It did not work: \(error.localizedDescription)"
            }
            DispatchQueue.main.async { self.label.text = text }
        }
    }
}

extension ViewController: UIImagePickerControllerDelegate, UINavigationControllerDelegate {
    func imagePickerController(
        _ picker: UIImagePickerController,
        didFinishPickingMediaWithInfo info: [UIImagePickerController.InfoKey: Any]
    ) {
        picker.dismiss(animated: true)
        if let image = info[.originalImage] as? UIImage {
            classify(image)
        }
    }
}
