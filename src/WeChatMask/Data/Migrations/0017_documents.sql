-- The document that a number is of: 0 is an 18-character card, which all were before (Domain/DocumentType.cs).
ALTER TABLE resident ADD COLUMN document_type {int} NOT NULL DEFAULT 0;
ALTER TABLE redemption ADD COLUMN proxy_document_type {int} NOT NULL DEFAULT 0;
