#!/usr/bin/env Rscript
# results.R DB - the same table by R and RSQLite.
library(RSQLite)

arguments <- commandArgs(trailingOnly = TRUE)
path <- if (length(arguments)) arguments[1] else "results.db"
db <- dbConnect(SQLite(), path, flags = SQLITE_RO)
scores <- dbGetQuery(db, "SELECT * FROM run_scores WHERE metric = 'BLEU' AND status = 'done'")
table <- merge(
	aggregate(run ~ experiment + contestant, scores, function(x) length(unique(x))),
	aggregate(value ~ experiment + contestant, scores, mean))
table <- table[order(table$experiment, table$contestant), ]
names(table) <- c("experiment", "contestant", "runs", "BLEU")
table$BLEU <- round(table$BLEU, 3)
write.csv(table, row.names = FALSE, quote = FALSE)
dbDisconnect(db)
